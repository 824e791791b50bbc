// SPDX-License-Identifier: Apache-2.0

/// Finding a key from a branch downwards.

extension Node {
  /// The entry of a key, or nil.
  ///
  /// - Parameters:
  ///   - path: the path of `key`.
  ///   - level: where this branch lies.
  /// - Complexity: O(log n) node visits, at most thirteen; one equality call for a hit that is not
  ///   identical, none for a miss in an empty bucket. No allocation.
  // REENTRANCY: `matches` may run foreign code. The caller holds the root, which holds all that is read
  // here, and nothing of the node is used after the call but the entry's address.
  @inline(__always)
  func find(
    _ key: Element, path: HashPath, level: Int = 0, _ policy: Policy
  ) throws(Failure) -> UnsafeMutablePointer<Entry<Element>>? {
    var node = self
    var digits = path.bits &>> UInt64(truncatingIfNeeded: level &* HashPath.bitsPerDigit)
    while true {
      let bucket = Bucket(digit: digits)
      let childMap = node.childMap
      let entryMap = node.entryMap
      if childMap.contains(bucket) {
        if entryMap.contains(bucket) {
          // (N1): a bit in both bitmaps is the mark of a collision node, which has all bits set.
          return try node.findInCollision(key, path: path, policy)
        }
        node = node.children[childMap.slot(of: bucket)]
        digits = digits &>> UInt64(HashPath.bitsPerDigit)
        continue
      }
      guard entryMap.contains(bucket) else { return nil }
      let entry = node.branchEntries + entryMap.slot(of: bucket)
      if policy.areIdentical(entry.pointee.key, key) { return entry }
      return try policy.matches(entry.pointee.key, key, path: path) ? entry : nil
    }
  }

  /// The entry of a key in a collision node, or nil. Identity is tried on all keys before any equality.
  ///
  /// - Complexity: O(k) for k colliding keys.
  @inline(never)
  func findInCollision(
    _ key: Element, path: HashPath, _ policy: Policy
  ) throws(Failure) -> UnsafeMutablePointer<Entry<Element>>? {
    guard collisionPath == path else { return nil }
    let entries = collisionEntries
    for slot in 0..<entryCount where policy.areIdentical(entries[slot].key, key) {
      return entries + slot
    }
    for slot in 0..<entryCount {
      if try policy.areEqualKeys(entries[slot].key, key) {
        return entries + slot
      }
    }
    return nil
  }
}
