// SPDX-License-Identifier: Apache-2.0

import CSystem

/// The hash of a subtree: the exclusive or of what its entries contribute.
///
/// Exclusive or does not depend on an order and is its own inverse, so a subtree's part can be kept in
/// its node and counts again, unchanged, in every version that shares the node.

extension Node {
  /// The hash of the subtree, or zero while it is not known. Another thread may be storing it.
  @inline(__always)
  var knownHash: UInt64 {
    guard let cachedHash else { return 0 }
    return csystem_load_relaxed(cachedHash)
  }

  /// - Complexity: O(m) contributions for the m entries below that are in no node with a known hash;
  ///   O(log n) after one change to a map whose hash was taken.
  // REENTRANCY: `contribution` may run foreign code. The caller holds the root. Two walks that meet in
  // one node store the same hash; they may be in two threads.
  func contributions(_ policy: Policy) throws(Failure) -> UInt64 {
    let known = knownHash
    if known != 0 { return known }
    var hash: UInt64 = 0
    for slot in 0..<childCount {
      hash ^= try children[slot].contributions(policy)
    }
    for slot in 0..<entryCount {
      let entry = entries[slot]
      hash ^= try policy.contribution(key: entry.key, value: entry.value)
    }
    if let cachedHash { csystem_store_relaxed(cachedHash, hash) }
    return hash
  }
}
