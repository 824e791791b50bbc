// SPDX-License-Identifier: Apache-2.0

/// Merging and comparing whole maps, arrays included.

extension Root {
  /// The union of both maps, with a reference to it. The keys of this map are kept; the resolver
  /// chooses where values differ. The result is this root when it holds just the same.
  ///
  /// - Complexity: O(d) for maps that differ in d entries and share the rest.
  public func merging<Resolver: MergeResolver<Element>>(
    _ other: Root, _ resolver: Resolver, _ policy: Policy
  ) throws(Failure) -> Root {
    guard let a = node, a.memory != other.memory else {
      other.retain(policy)
      return other
    }
    guard let b = other.node else {
      retain(policy)
      return self
    }
    if a.kind == .array, b.kind == .array {
      return try mergingArray(b, resolver, policy)
    }
    let first = try a.asTrie(policy)
    defer { first.release(policy) }
    let second = try b.asTrie(policy)
    defer { second.release(policy) }
    let union = try Node.merge(
      first, second, level: 0, prefix: HashPath(bits: 0), resolver, policy)
    // A trie that stood in for an array gives way to it.
    guard union == first || union == second else { return Root(union) }
    union.release(policy)
    let result = union == first ? self : other
    result.retain(policy)
    return result
  }

  private func mergingArray<Resolver: MergeResolver<Element>>(
    _ other: Node<Policy>, _ resolver: Resolver, _ policy: Policy
  ) throws(Failure) -> Root {
    var result = self
    result.retain(policy)
    do {
      for slot in 0..<other.entryCount {
        var entry = other.arrayEntries[slot]
        let path = other.arrayPaths[slot]
        if let mine = try find(entry.key, path: path, policy) {
          if policy.areIdentical(mine.pointee.value, entry.value) { continue }
          entry.value = try resolver.value(
            of: mine.pointee.key, mine: mine.pointee.value, theirs: entry.value)
        } else {
          policy.retain(entry.value)
        }
        defer { policy.release(entry.value) }
        let outcome = try result.insert(entry, path: path, inPlace: true, policy)
        if case .changed(_, let displaced) = outcome { displaced.release(policy) }
      }
    } catch {
      result.release(policy)
      throw error
    }
    return result
  }

  /// Tells a visitor how the maps differ, this map being the first.
  ///
  /// - Complexity: O(d) for maps that differ in d entries and share the rest.
  public func difference<Visitor: DifferenceVisitor<Element>>(
    from other: Root, _ visitor: inout Visitor, _ policy: Policy
  ) throws(Failure) {
    if memory == other.memory { return }
    if let a = node, let b = other.node, a.kind == .branch, b.kind == .branch {
      try Node.difference(a, b, level: 0, &visitor, policy)
      return
    }
    try node?.forEachRootEntry(policy) { (entry, path) throws(Failure) in
      let found = try other.find(entry.key, path: path, policy)
      try Node.report(entry, found?.pointee, &visitor, policy)
    }
    try other.node?.forEachRootEntry(policy) { (entry, path) throws(Failure) in
      if try find(entry.key, path: path, policy) == nil { try visitor.onlyInSecond(entry) }
    }
  }
}

extension Node {
  /// This trie, or a trie of this array's entries; with a reference.
  fileprivate func asTrie(_ policy: Policy) throws(Failure) -> Node {
    guard kind == .array else {
      retain(policy)
      return self
    }
    return try ArrayMap(self).trie(policy)
  }

  /// Each entry of a whole map with its path, which an array has beside it.
  fileprivate func forEachRootEntry(
    _ policy: Policy, _ body: (Entry<Element>, HashPath) throws(Failure) -> Void
  ) throws(Failure) {
    if kind == .array {
      for slot in 0..<entryCount {
        try body(arrayEntries[slot], arrayPaths[slot])
      }
      return
    }
    try forEachEntry { (entry) throws(Failure) in
      try body(entry.pointee, policy.path(of: entry.pointee.key))
    }
  }
}
