// SPDX-License-Identifier: Apache-2.0

/// What two tries do not share, entry by entry.

/// Is told how two maps differ. The entries are borrowed; every call may run foreign code.
public protocol DifferenceVisitor<Element> {
  associatedtype Element: BitwiseCopyable
  mutating func onlyInFirst(_ entry: Entry<Element>) throws(Failure)
  mutating func onlyInSecond(_ entry: Entry<Element>) throws(Failure)
  /// Equal keys, and values that are not identical.
  mutating func inBoth(_ first: Entry<Element>, _ second: Entry<Element>) throws(Failure)
}

extension Node {
  /// Tells the visitor how the subtrees `a` and `b`, at one place of two tries, differ.
  ///
  /// - Complexity: O(d) for tries that differ in d entries and share the rest; O(k^2) equality calls for
  ///   k colliding keys. No allocation.
  // REENTRANCY: `matches`, `path(of:)` and the visitor may run foreign code. The caller holds both roots,
  // and the nodes below are never written to (N10).
  static func difference<Visitor: DifferenceVisitor<Element>>(
    _ a: Node, _ b: Node, level: Int, _ visitor: inout Visitor, _ policy: Policy
  ) throws(Failure) {
    if a == b { return }
    guard a.kind == .branch, b.kind == .branch else {
      try differenceOfStrangers(a, b, level: level, &visitor, policy)
      return
    }
    var rest = Bitmap(
      rawValue: a.entryMap.rawValue | a.childMap.rawValue | b.entryMap.rawValue
        | b.childMap.rawValue)
    while !rest.isEmpty {
      let bucket = rest.first
      rest = rest.removing(bucket)
      switch (a.content(of: bucket), b.content(of: bucket)) {
      case (.nothing, .nothing): break
      case (.entry(let entry), .nothing): try visitor.onlyInFirst(entry)
      case (.nothing, .entry(let entry)): try visitor.onlyInSecond(entry)
      case (.child(let child), .nothing):
        try child.forEachEntry { (entry) throws(Failure) in try visitor.onlyInFirst(entry.pointee) }
      case (.nothing, .child(let child)):
        try child.forEachEntry { (entry) throws(Failure) in
          try visitor.onlyInSecond(entry.pointee)
        }
      case (.child(let first), .child(let second)):
        try difference(first, second, level: level &+ 1, &visitor, policy)
      case (.entry(let first), .entry(let second)):
        try difference(first, second, &visitor, policy)
      case (.entry(let first), .child(let second)):
        let found = try second.find(first.key, level: level &+ 1, policy)
        try second.forEachEntry { (entry) throws(Failure) in
          if entry != found { try visitor.onlyInSecond(entry.pointee) }
        }
        try report(first, found?.pointee, &visitor, policy)
      case (.child(let first), .entry(let second)):
        let found = try first.find(second.key, level: level &+ 1, policy)
        try first.forEachEntry { (entry) throws(Failure) in
          if entry != found { try visitor.onlyInFirst(entry.pointee) }
        }
        try report(found?.pointee, second, &visitor, policy)
      }
    }
  }

  /// Two subtrees of which one at least is a collision node: each entry is looked up on the other side.
  private static func differenceOfStrangers<Visitor: DifferenceVisitor<Element>>(
    _ a: Node, _ b: Node, level: Int, _ visitor: inout Visitor, _ policy: Policy
  ) throws(Failure) {
    try a.forEachEntry { (entry) throws(Failure) in
      let found = try b.find(entry.pointee.key, level: level, policy)
      try report(entry.pointee, found?.pointee, &visitor, policy)
    }
    try b.forEachEntry { (entry) throws(Failure) in
      if try a.find(entry.pointee.key, level: level, policy) == nil {
        try visitor.onlyInSecond(entry.pointee)
      }
    }
  }

  private static func difference<Visitor: DifferenceVisitor<Element>>(
    _ first: Entry<Element>, _ second: Entry<Element>, _ visitor: inout Visitor, _ policy: Policy
  ) throws(Failure) {
    if !policy.areIdentical(first.key, second.key) {
      let path = try policy.path(of: second.key)
      guard try policy.matches(first.key, second.key, path: path) else {
        try visitor.onlyInFirst(first)
        try visitor.onlyInSecond(second)
        return
      }
    }
    try report(first, second, &visitor, policy)
  }

  /// Tells the visitor of one key, which one side or both have.
  static func report<Visitor: DifferenceVisitor<Element>>(
    _ first: Entry<Element>?, _ second: Entry<Element>?, _ visitor: inout Visitor,
    _ policy: Policy
  ) throws(Failure) {
    guard let first else {
      if let second { try visitor.onlyInSecond(second) }
      return
    }
    guard let second else {
      try visitor.onlyInFirst(first)
      return
    }
    if !policy.areIdentical(first.value, second.value) {
      try visitor.inBoth(first, second)
    }
  }

  // MARK: Parts

  /// What a bucket of this branch holds.
  @inline(__always)
  func content(of bucket: Bucket) -> Limb {
    if childMap.contains(bucket) { return .child(children[childMap.slot(of: bucket)]) }
    if entryMap.contains(bucket) { return .entry(branchEntries[entryMap.slot(of: bucket)]) }
    return .nothing
  }

  /// The entry of a key in this subtree, which lies at `level`, or nil.
  private func find(
    _ key: Element, level: Int, _ policy: Policy
  ) throws(Failure) -> UnsafeMutablePointer<Entry<Element>>? {
    let path = try policy.path(of: key)
    if kind == .collision { return try findInCollision(key, path: path, policy) }
    return try find(key, path: path, level: level, policy)
  }

  func forEachEntry(
    _ body: (UnsafeMutablePointer<Entry<Element>>) throws(Failure) -> Void
  ) throws(Failure) {
    for slot in 0..<entryCount {
      try body(entries + slot)
    }
    for slot in 0..<childCount {
      try children[slot].forEachEntry(body)
    }
  }
}
