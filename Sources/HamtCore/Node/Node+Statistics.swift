// SPDX-License-Identifier: Apache-2.0

/// Counting what a map is made of.

/// Sums over the nodes of one map.
public struct Statistics: BitwiseCopyable {
  public var entries = 0
  public var arrayNodes = 0
  public var branchNodes = 0
  public var collisionNodes = 0
  public var trackedNodes = 0
  public var collisionEntries = 0
  /// Sum over the entries of the levels above them.
  public var depthSum = 0
  /// The level of the deepest entry.
  public var depthMax = 0
  /// Buckets in use, over all branches.
  public var usedBuckets = 0
  /// Bytes of all nodes, what they share with other maps included, allocator overhead excluded.
  public var bytes = 0

  public init() {}

  /// Buckets that the branches have, used or not.
  public var buckets: Int { Bucket.count * branchNodes }
}

extension Node {
  /// Adds this subtree, which lies at `level`.
  ///
  /// - Complexity: O(m) for m nodes.
  public func add(to statistics: inout Statistics, level: Int, _ policy: Policy) {
    let entryCount = self.entryCount
    switch kind {
    case .array: statistics.arrayNodes += 1
    case .branch:
      statistics.branchNodes += 1
      statistics.usedBuckets += entryCount + childCount
    case .collision:
      statistics.collisionNodes += 1
      statistics.collisionEntries += entryCount
    }
    if isTracked(policy) { statistics.trackedNodes += 1 }
    statistics.entries += entryCount
    statistics.depthSum += level * entryCount
    if entryCount > 0 { statistics.depthMax = Swift.max(statistics.depthMax, level) }
    statistics.bytes += byteCount
    for slot in 0..<childCount {
      children[slot].add(to: &statistics, level: level + 1, policy)
    }
  }
}
