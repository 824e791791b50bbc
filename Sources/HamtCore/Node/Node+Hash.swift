// SPDX-License-Identifier: Apache-2.0

/// The hash of a subtree: the exclusive or of what its entries contribute.
///
/// Exclusive or does not depend on an order and is its own inverse, so a subtree's part can be kept in
/// its node and counts again, unchanged, in every version that shares the node.

extension Node {
  /// - Complexity: O(m) contributions for the m entries below that are in no node with a known hash;
  ///   O(log n) after one change to a map whose hash was taken.
  // REENTRANCY: `contribution` may run foreign code. The caller holds the root. Two walks that meet in
  // one node store the same hash.
  func contributions(_ policy: Policy) throws(Failure) -> UInt64 {
    let cache = cachedHash
    if let cache, cache.pointee != 0 { return cache.pointee }
    var hash: UInt64 = 0
    for slot in 0..<childCount {
      hash ^= try children[slot].contributions(policy)
    }
    for slot in 0..<entryCount {
      let entry = entries[slot]
      hash ^= try policy.contribution(key: entry.key, value: entry.value)
    }
    cache?.pointee = hash
    return hash
  }
}
