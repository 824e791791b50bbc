// SPDX-License-Identifier: Apache-2.0

/// Setting and removing keys of a map, for the root's owner or for a new version.

/// What an edit took out of a map. Its owner releases it once the new root is stored: a destructor that
/// runs then finds everything in order.
public struct Displaced<Policy: ElementPolicy> {
  private let garbage: Node<Policy>.Garbage

  init(_ garbage: Node<Policy>.Garbage) {
    self.garbage = garbage
  }

  // REENTRANCY: this may run a destructor.
  @inline(__always)
  public func release(_ policy: Policy) {
    garbage.release(policy)
  }
}

/// What a call of `insert` or `remove` did.
public enum EditOutcome<Policy: ElementPolicy> {
  /// The key was absent from a removal, or mapped to that very value already.
  case unchanged
  case changed(isNewKey: Bool, Displaced<Policy>)
}

extension Root {
  /// Sets a key.
  ///
  /// With `inPlace` this root gives its reference and takes the new one, and nodes that nothing else
  /// reaches are edited where they are. Without, the old root is borrowed and left as it was, and this
  /// value becomes the new root, with a reference of its own. On `unchanged` and on failure the root has
  /// the entries that it had.
  ///
  /// Keeps the first of two equal keys. Retains what it stores.
  ///
  /// - Complexity: O(log n) node visits, an equality call for each key in the way (one at most, unless
  ///   paths are equal), at most one allocation per level.
  @inline(__always)
  public mutating func insert(
    _ entry: Entry<Element>, path: HashPath, inPlace: Bool, _ policy: Policy
  ) throws(Failure) -> EditOutcome<Policy> {
    guard let node else {
      self.node = try ArrayMap.single(entry, path: path, policy)
      return .changed(isNewKey: true, Displaced(.nothing))
    }
    if node.kind == .array {
      return try insertIntoArray(node, entry, path: path, inPlace: inPlace, policy)
    }
    var root = node
    defer { self.node = root }
    switch try Node.insert(entry, path: path, into: &root, inPlace: inPlace, policy) {
    case .unchanged: return .unchanged
    case .inserted: return .changed(isNewKey: true, Displaced(.nothing))
    case .replaced(let garbage): return .changed(isNewKey: false, Displaced(garbage))
    }
  }

  @inline(__always)
  private mutating func insertIntoArray(
    _ node: Node<Policy>, _ entry: Entry<Element>, path: HashPath, inPlace: Bool, _ policy: Policy
  ) throws(Failure) -> EditOutcome<Policy> {
    let array = ArrayMap(node)
    if let slot = try array.slot(of: entry.key, path: path, policy) {
      let old = node.arrayEntries[slot].value
      if policy.areIdentical(old, entry.value) { return .unchanged }
      let consuming = inPlace && node.isUnique(policy)
      self.node = try node.replacingValue(
        at: slot, with: entry.value, consuming: consuming, policy)
      policy.retain(entry.value)
      let garbage: Node<Policy>.Garbage =
        consuming ? .value(old) : inPlace ? .node(node) : .nothing
      return .changed(isNewKey: false, Displaced(garbage))
    }
    if array.isFull {
      self.node = try array.growing(by: entry, path: path, policy)
      return .changed(isNewKey: true, Displaced(inPlace ? .node(node) : .nothing))
    }
    let consuming = inPlace && node.isUnique(policy)
    self.node = try array.appending(entry, path: path, consuming: consuming, policy)
    policy.retain(entry)
    return .changed(
      isNewKey: true, Displaced(inPlace && !consuming ? .node(node) : .nothing))
  }

  /// Removes a key; ownership as for `insert`.
  ///
  /// - Complexity: as `insert`.
  @inline(__always)
  public mutating func remove(
    _ key: Element, path: HashPath, inPlace: Bool, _ policy: Policy
  ) throws(Failure) -> EditOutcome<Policy> {
    guard let node else { return .unchanged }
    if node.kind == .array {
      return try removeFromArray(node, key, path: path, inPlace: inPlace, policy)
    }
    var root = node
    let removal: Node<Policy>.Removal
    do {
      removal = try Node.remove(key, path: path, from: &root, inPlace: inPlace, policy)
    } catch {
      self.node = root
      throw error
    }
    switch removal {
    case .absent: return .unchanged
    case .removed(let garbage):
      self.node = root
      return .changed(isNewKey: false, Displaced(garbage))
    case .emptied:
      self.node = nil
      return .changed(isNewKey: false, Displaced(inPlace ? .node(node) : .nothing))
    }
  }

  @inline(__always)
  private mutating func removeFromArray(
    _ node: Node<Policy>, _ key: Element, path: HashPath, inPlace: Bool, _ policy: Policy
  ) throws(Failure) -> EditOutcome<Policy> {
    let array = ArrayMap(node)
    guard let slot = try array.slot(of: key, path: path, policy) else { return .unchanged }
    if node.entryCount == 1 {
      self.node = nil
      return .changed(isNewKey: false, Displaced(inPlace ? .node(node) : .nothing))
    }
    let removed = node.arrayEntries[slot]
    let consuming = inPlace && node.isUnique(policy)
    self.node = try array.removing(at: slot, consuming: consuming, policy)
    let garbage: Node<Policy>.Garbage =
      consuming ? .entry(removed) : inPlace ? .node(node) : .nothing
    return .changed(isNewKey: false, Displaced(garbage))
  }

  /// The map of seeds with different keys, which it puts in another order. It takes over one reference
  /// to each key and value; on failure it takes none.
  ///
  /// - Complexity: O(n log n) moves at worst, O(n) for spread hashes; one allocation per node; no
  ///   equality call.
  public static func build(
    _ seeds: Node<Policy>.Seeds, count: Int, _ policy: Policy
  ) throws(Failure) -> Root {
    if count == 0 { return Root(nil) }
    if count <= Node<Policy>.arrayLimit {
      return Root(try ArrayMap.build(seeds, count: count, policy))
    }
    let mayTrack = Node<Policy>.holdsTracked(seeds, count: count, policy)
    return Root(try Node.build(seeds, count: count, level: 0, mayTrack: mayTrack, policy))
  }
}
