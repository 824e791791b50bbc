// SPDX-License-Identifier: Apache-2.0

/// The way from a root branch to the place of a key, found before an edit touches anything.
///
/// All foreign code that an edit needs (equality, and the hash of a key that is in the way) runs while
/// the search is made. What follows it only allocates and copies.

struct Search<Policy: ElementPolicy>: ~Copyable {
  /// What lies at the end of the way.
  enum End {
    /// The key, in this slot of the last node.
    case entry(slot: Int)
    /// An empty bucket of the last node, a branch.
    case vacantBucket
    /// Another key, of another or of the same path, in this slot of the last node, a branch.
    case otherKey(slot: Int, path: HashPath)
    /// A collision node of the key's path that does not have the key.
    case collision
    /// A collision node of another path.
    case foreignCollision
  }

  /// The nodes passed, the root first. Those behind `depth` mean nothing.
  private(set) var nodes: InlineArray<14, Node<Policy>>
  /// The level of the last node.
  private(set) var depth = 0
  private(set) var end: End = .vacantBucket
  let path: HashPath

  @inline(__always)
  var last: Node<Policy> { nodes[unchecked: depth] }

  /// A search that stands at the root.
  @inline(__always)
  init(of path: HashPath, from root: Node<Policy>) {
    self.path = path
    nodes = InlineArray(repeating: root)
  }

  /// Goes down to the place of a key.
  ///
  /// - Parameter forInsertion: whether the path of another key in the way will be needed.
  // REENTRANCY: `matches` and `path(of:)` may run foreign code. The caller holds the root.
  mutating func descend(
    to key: Policy.Element, forInsertion: Bool, _ policy: Policy
  ) throws(Failure) {
    var node = nodes[unchecked: 0]
    while true {
      let bucket = path.bucket(at: depth)
      let childMap = node.childMap
      let entryMap = node.entryMap
      if childMap.contains(bucket) {
        if entryMap.contains(bucket) {
          end = try Self.end(for: key, path: path, in: node, policy)
          return
        }
        node = node.children[childMap.slot(of: bucket)]
        depth &+= 1
        nodes[unchecked: depth] = node
        continue
      }
      guard entryMap.contains(bucket) else { return }
      let slot = entryMap.slot(of: bucket)
      let stored = node.branchEntries[slot].key
      if policy.areIdentical(stored, key) {
        end = .entry(slot: slot)
      } else if try policy.matches(stored, key, path: path) {
        end = .entry(slot: slot)
      } else {
        let other =
          forInsertion
          ? try policy.path(of: stored).following(path, to: depth &+ 1) : path
        end = .otherKey(slot: slot, path: other)
      }
      return
    }
  }

  private static func end(
    for key: Policy.Element, path: HashPath, in collision: Node<Policy>, _ policy: Policy
  ) throws(Failure) -> End {
    guard collision.collisionPath == path else { return .foreignCollision }
    guard let entry = try collision.findInCollision(key, path: path, policy) else {
      return .collision
    }
    return .entry(slot: entry - collision.collisionEntries)
  }

  /// Whether an insertion leaves the keys as they are, and sets a value.
  var keepsKey: Bool {
    if case .entry = end { return true }
    return false
  }

  /// How many nodes of the way, from the root on, nothing but the caller can reach.
  func uniqueCount(_ policy: Policy) -> Int {
    var count = 0
    while count <= depth, nodes[unchecked: count].isUnique(policy) {
      count &+= 1
    }
    return count
  }

  /// Puts a node that has moved back in its place.
  mutating func replaceNode(at level: Int, with node: Node<Policy>) {
    nodes[level] = node
    if level > 0 {
      let parent = nodes[level &- 1]
      parent.children[parent.childMap.slot(of: path.bucket(at: level &- 1))] = node
    }
  }
}
