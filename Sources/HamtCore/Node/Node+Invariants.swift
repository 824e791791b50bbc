// SPDX-License-Identifier: Apache-2.0

/// Walks a whole trie or array against the invariants that `Node.swift` numbers.

/// An invariant that does not hold.
public struct Violation: Error {
  /// Its number and what is wrong, in a sentence.
  public let text: StaticString
}

/// What a check can meet: a broken invariant, or a callback that failed.
public enum CheckFailure: Error {
  case violation(Violation)
  case failure(Failure)
}

extension Node {
  /// Checks the tree whose root this is.
  ///
  /// - Complexity: O(n), with a hash of every key.
  public func checkRoot(_ policy: Policy) throws(CheckFailure) {
    switch kind {
    case .array: try checkArray(policy)
    case .branch:
      try require(entryCount &+ childCount > 0, "(N3) a root branch is empty")
      try checkBranch(level: 0, prefix: 0, policy)
    case .collision: try require(false, "(N4) a collision node is a root")
    }
  }

  private func require(_ condition: Bool, _ text: StaticString) throws(CheckFailure) {
    if !condition { throw .violation(Violation(text: text)) }
  }

  private func path(of key: Element, _ policy: Policy) throws(CheckFailure) -> HashPath {
    do throws(Failure) {
      return try policy.path(of: key)
    } catch {
      throw .failure(error)
    }
  }

  private func checkArray(_ policy: Policy) throws(CheckFailure) {
    try require(
      entryMap == Self.arrayMark && childMap == Self.arrayMark,
      "(N1) the bitmaps of the root share bits and mark no array")
    try require(
      (1...Self.arrayLimit).contains(entryCount), "(N5) an array is empty or beyond its limit")
    for slot in 0..<entryCount {
      let path = try path(of: arrayEntries[slot].key, policy)
      try require(arrayPaths[slot] == path, "(N5) an array stores another path than its key has")
      try require(arrayTags[slot] == Tag(path), "(N5) an array has another tag than its key")
    }
    try checkContents(policy)
  }

  /// `prefix` holds the digits above `level`, each in its place.
  private func checkBranch(level: Int, prefix: UInt64, _ policy: Policy) throws(CheckFailure) {
    try require(level < HashPath.levelCount, "(N9) a branch lies below the last digit")
    var total = entryCount
    var below = childMap
    for slot in 0..<childCount {
      let child = children[slot]
      let bucket = below.first
      below = below.removing(bucket)
      let childPrefix =
        prefix | UInt64(bucket.rawValue) &<< UInt64(level * HashPath.bitsPerDigit)
      total += child.count
      switch child.kind {
      case .array: try require(false, "(N5) an array is not a root")
      case .collision: try child.checkCollision(level: level + 1, prefix: childPrefix, policy)
      case .branch:
        try child.checkFolding()
        try child.checkBranch(level: level + 1, prefix: childPrefix, policy)
      }
    }
    try require(total == count, "(N6) a branch miscounts what is below it")
    var buckets = entryMap
    for slot in 0..<entryCount {
      let bucket = buckets.first
      buckets = buckets.removing(bucket)
      let path = try path(of: branchEntries[slot].key, policy)
      try checkPrefix(of: path, level: level, prefix: prefix)
      try require(path.bucket(at: level) == bucket, "(N2) an entry lies in another key's bucket")
    }
    try checkContents(policy)
  }

  private func checkFolding() throws(CheckFailure) {
    try require(
      entryCount &+ childCount > 1 || childCount == 1, "(N3) a branch below the root has one entry")
    try require(
      !(entryCount == 0 && childCount == 1 && children[0].kind == .collision),
      "(N3) a branch below the root has one collision node and nothing else")
  }

  private func checkPrefix(
    of path: HashPath, level: Int, prefix: UInt64
  ) throws(CheckFailure) {
    let mask = UInt64.max >> UInt64(Swift.max(0, 64 - level * HashPath.bitsPerDigit))
    try require(
      level == 0 || path.bits & mask == prefix & mask, "(N9) an entry lies off its key's path")
  }

  private func checkCollision(
    level: Int, prefix: UInt64, _ policy: Policy
  ) throws(CheckFailure) {
    try require(entryCount > 1, "(N4) a collision node has fewer than two entries")
    try checkPrefix(of: collisionPath, level: level, prefix: prefix)
    for slot in 0..<entryCount {
      let path = try path(of: collisionEntries[slot].key, policy)
      try require(path == collisionPath, "(N4) a collision node holds a key of another path")
    }
    try checkContents(policy)
  }

  private func checkContents(_ policy: Policy) throws(CheckFailure) {
    if holdsTracked(exceptEntry: -1, exceptChild: -1, policy) {
      try require(isTracked(policy), "(N8) an untracked node holds something tracked")
    }
    let known = knownHash
    if known == 0 { return }
    var hash: UInt64 = 0
    do throws(Failure) {
      for slot in 0..<childCount {
        hash ^= try children[slot].contributions(policy)
      }
      for slot in 0..<entryCount {
        hash ^= try policy.contribution(key: entries[slot].key, value: entries[slot].value)
      }
    } catch {
      throw .failure(error)
    }
    try require(hash == known, "(N7) a cached hash is not that of the entries")
  }
}
