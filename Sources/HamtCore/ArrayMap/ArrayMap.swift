// SPDX-License-Identifier: Apache-2.0

/// A small map: its entries in one flat node, in the order in which their keys came.
///
/// A search compares the tags of all keys at once. Where a tag is right it tries identity, on all keys
/// first, and then the policy's equality where the stored path is right too; no stored key is ever hashed
/// again. `Node.swift` draws the layout.

struct ArrayMap<Policy: ElementPolicy> {
  typealias Element = Policy.Element

  let node: Node<Policy>

  @inline(__always)
  init(_ node: Node<Policy>) {
    self.node = node
  }

  var isFull: Bool { node.entryCount == Node<Policy>.arrayLimit }

  /// The slot of a key, or nil.
  ///
  /// - Complexity: O(n), with n at most `arrayLimit`; an equality call for each key of an equal path
  ///   until one is equal. No allocation.
  // REENTRANCY: `areEqualKeys` may run foreign code. The caller holds the node.
  @inline(__always)
  func slot(
    of key: Element, path: HashPath, _ policy: Policy
  ) throws(Failure) -> Int? {
    // SAFETY: a group of tags ends within the node, which has an entry. What it has of other bytes than
    // tags lies beyond the last slot.
    let candidates = Tag(path).slots(in: node.arrayTags).below(node.entryCount)
    for slot in candidates where policy.areIdentical(node.arrayEntries[slot].key, key) {
      return slot
    }
    for slot in candidates where node.arrayPaths[slot] == path {
      if try policy.areEqualKeys(node.arrayEntries[slot].key, key) { return slot }
    }
    return nil
  }

  /// Whether two maps of one size have equal keys with equal values, in whatever order.
  ///
  /// - Complexity: O(n), with an equality call for each key and value that is not identical.
  // REENTRANCY: equality may run foreign code. The caller holds both nodes.
  @inline(__always)
  func isEqual(to other: ArrayMap, _ policy: Policy) throws(Failure) -> Bool {
    for slot in 0..<node.entryCount {
      let entry = node.arrayEntries[slot]
      guard
        let found = try other.slot(of: entry.key, path: node.arrayPaths[slot], policy),
        try policy.areIdenticalOrEqual(entry.value, other.node.arrayEntries[found].value)
      else { return false }
    }
    return true
  }

  /// A map of one entry, which it retains.
  @inline(__always)
  static func single(
    _ entry: Entry<Element>, path: HashPath, _ policy: Policy
  ) throws(Failure) -> Node<Policy> {
    if Node<Policy>.arrayLimit == 0 { return try loneBranch(entry, path: path, policy) }
    let node = try Node.allocateArray(count: 1, tracked: policy.isTracked(entry), policy)
    node.arrayEntries[0] = entry
    node.setArrayPath(path, at: 0)
    policy.retain(entry)
    node.publish(policy)
    return node
  }

  /// A trie of one entry, which it retains: for the build without arrays.
  private static func loneBranch(
    _ entry: Entry<Element>, path: HashPath, _ policy: Policy
  ) throws(Failure) -> Node<Policy> {
    let node = try Node.allocateBranch(
      entryMap: Bitmap(path.bucket(at: 0)), childMap: .none, tracked: policy.isTracked(entry),
      policy)
    node.branchEntries[0] = entry
    policy.retain(entry)
    node.publish(policy)
    return node
  }

  /// A map of seeds with different keys, whose references it takes over.
  @inline(__always)
  static func build(
    _ seeds: Node<Policy>.Seeds, count: Int, _ policy: Policy
  ) throws(Failure) -> Node<Policy> {
    let tracked = Node<Policy>.holdsTracked(seeds, count: count, policy)
    let node = try Node.allocateArray(count: count, tracked: tracked, policy)
    for slot in 0..<count {
      node.arrayEntries[slot] = seeds[slot].entry
      node.setArrayPath(seeds[slot].path, at: slot)
    }
    node.publish(policy)
    return node
  }

  /// The map with one more entry, at the end; `consuming` as for the steps of `Node+Edit.swift`. The
  /// caller retains the entry.
  @inline(__always)
  func appending(
    _ entry: Entry<Element>, path: HashPath, consuming: Bool, _ policy: Policy
  ) throws(Failure) -> Node<Policy> {
    let count = node.entryCount
    let result = try Node.allocateArray(
      count: count &+ 1, tracked: node.isTracked(policy) || policy.isTracked(entry), policy)
    Node.transfer(node.arrayEntries, to: result.arrayEntries, count: count, consuming, policy)
    result.arrayEntries[count] = entry
    result.arrayPaths.update(from: node.arrayPaths, count: count)
    result.copyArrayTags(from: node)
    result.setArrayPath(path, at: count)
    if consuming {
      node.deallocateMoved(policy)
    }
    result.publish(policy)
    return result
  }

  /// The map, of two entries or more, without one of them.
  @inline(__always)
  func removing(
    at slot: Int, consuming: Bool, _ policy: Policy
  ) throws(Failure) -> Node<Policy> {
    let count = node.entryCount
    let rest = count &- slot &- 1
    let result = try Node.allocateArray(
      count: count &- 1,
      tracked: node.isTracked(policy)
        && node.holdsTracked(exceptEntry: slot, exceptChild: -1, policy),
      policy)
    Node.transfer(node.arrayEntries, to: result.arrayEntries, count: slot, consuming, policy)
    Node.transfer(
      node.arrayEntries + slot + 1, to: result.arrayEntries + slot, count: rest, consuming, policy)
    let paths = node.arrayPaths
    let resultPaths = result.arrayPaths
    for index in 0..<slot { resultPaths[index] = paths[index] }
    for index in slot..<(slot &+ rest) { resultPaths[index] = paths[index &+ 1] }
    result.copyArrayTags(from: node, exceptAt: slot)
    if consuming {
      node.deallocateMoved(policy)
    }
    result.publish(policy)
    return result
  }

  /// The entries of this full map and one more, as a trie. Retains them all.
  func growing(
    by entry: Entry<Element>, path: HashPath, _ policy: Policy
  ) throws(Failure) -> Node<Policy> {
    policy.retain(entry)
    do {
      return try trie(with: Seed(path: path, entry: entry), policy)
    } catch {
      policy.release(entry)  // The caller holds it, so this runs no destructor.
      throw error
    }
  }

  /// The entries of this map, and one more whose references it takes over, as a trie.
  func trie(
    with new: Seed<Element>? = nil, _ policy: Policy
  ) throws(Failure) -> Node<Policy> {
    let count = node.entryCount
    let tracked = node.isTracked(policy) || (new.map { policy.isTracked($0.entry) } ?? false)
    // A collection that an allocation starts must find each reference counted: retain first.
    node.retainEntries(policy)
    do {
      return try withUnsafeTemporaryAllocation(
        of: Seed<Element>.self, capacity: Node<Policy>.arrayLimit &+ 1
      ) { (buffer) throws(Failure) in
        // SAFETY: the buffer has room for a full array and one more, and lives to the end of the call.
        let seeds = buffer.baseAddress.unsafelyUnwrapped
        for slot in 0..<count {
          seeds[slot] = Seed(path: node.arrayPaths[slot], entry: node.arrayEntries[slot])
        }
        if let new { seeds[count] = new }
        return try Node.build(
          seeds, count: count &+ (new == nil ? 0 : 1), level: 0, mayTrack: tracked, policy)
      }
    } catch {
      // The array holds what is given up, so this runs no destructor.
      for slot in 0..<count {
        policy.release(node.arrayEntries[slot])
      }
      throw error
    }
  }
}
