// SPDX-License-Identifier: Apache-2.0

import CSystem

/// The way from a root branch to the place of a key, found before an edit touches anything.
///
/// All foreign code that an edit needs (equality, and the hash of a key that is in the way) runs while
/// the search is made. What follows it only allocates and copies.
///
/// The nodes of the way lie in memory that `with` lends, not in the search itself: Swift 6.3 copies an
/// `InlineArray` of them, 112 bytes, for many a glance at one (a quarter of the time of `link`).

struct Search<Policy: ElementPolicy>: BitwiseCopyable {
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
  let nodes: UnsafeMutablePointer<Node<Policy>>
  /// The level of the last node.
  private(set) var depth = 0
  private(set) var end: End = .vacantBucket
  let path: HashPath

  @inline(__always)
  var last: Node<Policy> { nodes[depth] }

  private init(of path: HashPath, nodes: UnsafeMutablePointer<Node<Policy>>) {
    self.path = path
    self.nodes = nodes
  }

  /// Calls `body` with a search that stands at the root. It must not outlive the call.
  @inline(__always)
  static func with<Result>(
    of path: HashPath, from root: Node<Policy>,
    _ body: (inout Search) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafeTemporaryAllocation(
      of: Node<Policy>.self, capacity: HashPath.levelCount &+ 1
    ) { (buffer) throws(Failure) in
      var search = Search(of: path, nodes: buffer.baseAddress.unsafelyUnwrapped)
      search.nodes[0] = root
      return try body(&search)
    }
  }

  /// Entries from which on what a copied node retains is asked for on the way down. Below, where it is
  /// mostly in the cache, asking costs 4% (10,000 entries); above, it saves 10 to 25% (200,000 to 1,000,000).
  static var prefetchSize: Int { 1 << 17 }

  /// Goes down to the place of a key.
  ///
  /// - Parameters:
  ///   - forInsertion: whether the path of another key in the way will be needed.
  ///   - forCopying: whether the nodes on the way will be copied, rather than edited in place.
  // REENTRANCY: `matches` and `path(of:)` may run foreign code. The caller holds the root.
  mutating func descend(
    to key: Policy.Element, forInsertion: Bool, forCopying: Bool, _ policy: Policy
  ) throws(Failure) {
    var node = nodes[0]
    let awaitsMemory = forCopying && node.count >= Self.prefetchSize
    while true {
      if awaitsMemory { node.prefetchContents() }
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
        nodes[depth] = node
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
    while count <= depth, nodes[count].isUnique(policy) {
      count &+= 1
    }
    return count
  }

  /// Puts a node that has moved back in its place.
  func replaceNode(at level: Int, with node: Node<Policy>) {
    nodes[level] = node
    if level > 0 {
      let parent = nodes[level &- 1]
      parent.children[parent.childMap.slot(of: path.bucket(at: level &- 1))] = node
    }
  }
}

extension Node {
  /// Asks for the memory of all that the node holds: a copy of it counts a reference to each.
  @inline(__always)
  fileprivate func prefetchContents() {
    let extent = self.extent
    for slot in 0..<extent.childCount {
      csystem_prefetch(children[slot].memory)
    }
    for slot in 0..<extent.entryCount {
      Policy.prefetch(extent.entries[slot].key)
      Policy.prefetch(extent.entries[slot].value)
    }
  }
}
