// SPDX-License-Identifier: Apache-2.0

/// Finding several keys at once.
///
/// One search in a large map waits for one cache miss after another: each node says where the next one
/// lies. Several searches that take their steps in turn wait for all their misses together. On the machine
/// where this was written, misses that depend on each other cost 170 ns each, others 10.

import CSystem

/// A key to be found, and what was found: an entry that stays where it is as long as the map is held.
public struct Query<Element: BitwiseCopyable>: BitwiseCopyable {
  public var path: HashPath
  public var key: Element
  public var entry: UnsafeMutablePointer<Entry<Element>>?
}

extension Node {
  /// Searches that take their steps in turn. Not measured against other numbers.
  public static var queryLimit: Int { 16 }

  /// Finds the entries of up to `queryLimit` keys in the trie whose root this branch is.
  ///
  /// - Complexity: O(k log n) for k keys; equality calls as `find`. No allocation.
  // REENTRANCY: `matches` may run foreign code. The caller holds the root and the keys.
  func find(
    _ queries: UnsafeMutablePointer<Query<Element>>, count: Int, _ policy: Policy
  ) throws(Failure) {
    var nodes = InlineArray<16, Node>(repeating: self)
    // One bit for each query: on its way, or arrived at a collision node.
    var searching = (1 as UInt32) &<< UInt32(truncatingIfNeeded: count) &- 1
    var colliding = 0 as UInt32
    var level = 0
    while searching != 0 {
      var rest = searching
      while rest != 0 {
        let index = rest.trailingZeroBitCount
        let bit = (1 as UInt32) &<< UInt32(truncatingIfNeeded: index)
        rest ^= bit
        let node = nodes[unchecked: index]
        let bucket = queries[index].path.bucket(at: level)
        let (childMap, entryMap) = (node.childMap, node.entryMap)
        if childMap.contains(bucket), !entryMap.contains(bucket) {
          let child = node.children[childMap.slot(of: bucket)]
          csystem_prefetch(child.memory)
          nodes[unchecked: index] = child
          continue
        }
        searching ^= bit
        queries[index].entry = nil
        if childMap.contains(bucket) {
          colliding |= bit
        } else if entryMap.contains(bucket) {
          let entry = node.branchEntries + entryMap.slot(of: bucket)
          csystem_prefetch(entry)
          queries[index].entry = entry
        }
      }
      level &+= 1
    }
    for index in 0..<count {
      if let entry = queries[index].entry {
        Policy.prefetch(entry.pointee.key)
        Policy.prefetch(entry.pointee.value)
      }
    }
    for index in 0..<count {
      let query = queries[index]
      if let entry = query.entry {
        if policy.areIdentical(entry.pointee.key, query.key) { continue }
        if try policy.matches(entry.pointee.key, query.key, path: query.path) { continue }
        queries[index].entry = nil
      } else if colliding >> UInt32(truncatingIfNeeded: index) & 1 != 0 {
        queries[index].entry = try nodes[unchecked: index].findInCollision(
          query.key, path: query.path, policy)
      }
    }
  }
}
