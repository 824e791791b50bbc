// SPDX-License-Identifier: Apache-2.0

/// The smallest subtree that keeps two things of one bucket apart.

extension Node {
  /// A subtree for two entries whose paths agree down to `level`: a collision node when the paths are
  /// equal, else a branch on the level where they part, under branches of one child.
  ///
  /// Retains both entries.
  ///
  /// - Complexity: O(d) allocations for the d levels on which the paths agree.
  static func fork(
    _ first: Entry<Element>, path firstPath: HashPath,
    _ second: Entry<Element>, path secondPath: HashPath,
    level: Int, _ policy: Policy
  ) throws(Failure) -> Node {
    let tracked = policy.isTracked(first) || policy.isTracked(second)
    let node: Node
    var top = level
    if firstPath == secondPath {
      node = try allocateCollision(count: 2, path: secondPath, tracked: tracked, policy)
      node.collisionEntries[0] = first
      node.collisionEntries[1] = second
    } else {
      top = firstPath.level(ofFirstDifferenceFrom: secondPath, startingAt: level)
      let firstBucket = firstPath.bucket(at: top)
      let secondBucket = secondPath.bucket(at: top)
      let entryMap = Bitmap(firstBucket).inserting(secondBucket)
      node = try allocateBranch(entryMap: entryMap, childMap: .none, tracked: tracked, policy)
      node.branchEntries[entryMap.slot(of: firstBucket)] = first
      node.branchEntries[entryMap.slot(of: secondBucket)] = second
    }
    policy.retain(first)
    policy.retain(second)
    node.publish(policy)
    return try node.wrapped(in: secondPath, from: level, to: top, policy)
  }

  /// A subtree for a collision node and an entry of another path; they agree down to `level`.
  ///
  /// Retains both.
  static func fork(
    collision: Node, _ entry: Entry<Element>, path: HashPath, level: Int, _ policy: Policy
  ) throws(Failure) -> Node {
    let top = collision.collisionPath.level(ofFirstDifferenceFrom: path, startingAt: level)
    let node = try allocateBranch(
      entryMap: Bitmap(path.bucket(at: top)),
      childMap: Bitmap(collision.collisionPath.bucket(at: top)),
      tracked: collision.isTracked(policy) || policy.isTracked(entry), policy)
    node.children[0] = collision
    node.branchEntries[0] = entry
    node.setCount(collision.count &+ 1)
    collision.retain(policy)
    policy.retain(entry)
    node.publish(policy)
    return try node.wrapped(in: path, from: level, to: top, policy)
  }

  /// This node, which is given up on failure, under branches of one child from level `to - 1` up to `from`.
  func wrapped(
    in path: HashPath, from: Int, to: Int, _ policy: Policy
  ) throws(Failure) -> Node {
    var node = self
    var level = to
    while level > from {
      level &-= 1
      let parent: Node
      do {
        parent = try Self.allocateBranch(
          entryMap: .none, childMap: Bitmap(path.bucket(at: level)),
          tracked: node.isTracked(policy), policy)
      } catch {
        node.release(policy)
        throw error
      }
      parent.children[0] = node
      parent.setCount(node.count)
      parent.publish(policy)
      node = parent
    }
    return node
  }
}
