// SPDX-License-Identifier: Apache-2.0

/// Building a trie bottom-up from entries that are known to be different.

/// An entry on its way into a new map.
public struct Seed<Element: BitwiseCopyable>: BitwiseCopyable {
  public var path: HashPath
  public var entry: Entry<Element>

  @inlinable
  public init(path: HashPath, entry: Entry<Element>) {
    self.path = path
    self.entry = entry
  }
}

extension Node {
  public typealias Seeds = UnsafeMutablePointer<Seed<Element>>

  /// Up to this many seeds an insertion sort parts a node's seeds; above, counting pays. Not measured.
  private static var insertionSortLimit: Int { 16 }

  /// A branch at `level` for two or more seeds with different keys, which it puts in another order.
  ///
  /// The seeds are parted by the digit of the level in place, then each bucket that has more than one is
  /// built in turn. The trie takes over one reference to each key and value; on failure it takes none.
  ///
  /// - Parameter mayTrack: false when no seed holds something tracked, so that nobody has to look.
  /// - Complexity: O(n d) for a depth of d, one allocation per node, no call of the policy's equality.
  static func build(
    _ seeds: Seeds, count: Int, level: Int, mayTrack: Bool, _ policy: Policy
  ) throws(Failure) -> Node {
    let tracked = mayTrack && holdsTracked(seeds, count: count, policy)
    if level > 0, haveOnePath(seeds, count: count) {
      return try buildCollision(seeds, count: count, tracked: tracked, policy)
    }
    let (entryMap, childMap) =
      count <= insertionSortLimit
      ? partByInsertion(seeds, count: count, level: level)
      : partByCounting(seeds, count: count, level: level)
    let node = try allocateBranch(
      entryMap: entryMap, childMap: childMap, tracked: tracked, policy)
    var entry = node.branchEntries
    var child = node.children
    var start = 0
    while start < count {
      let bucket = seeds[start].path.bucket(at: level)
      if entryMap.contains(bucket) {
        entry.pointee = seeds[start].entry
        entry += 1
        start &+= 1
        continue
      }
      var end = start &+ 1
      while end < count, seeds[end].path.bucket(at: level) == bucket {
        end &+= 1
      }
      do {
        child.pointee = try build(
          seeds + start, count: end &- start, level: level &+ 1, mayTrack: tracked, policy)
      } catch {
        for built in 0..<(child - node.children) {
          node.children[built].deallocateStructure(policy)
        }
        node.deallocateMoved(policy)
        throw error
      }
      child += 1
      start = end
    }
    node.setBranchCount(count)
    node.publish(policy)
    return node
  }

  static func holdsTracked(_ seeds: Seeds, count: Int, _ policy: Policy) -> Bool {
    for index in 0..<count where policy.isTracked(seeds[index].entry) {
      return true
    }
    return false
  }

  private static func haveOnePath(_ seeds: Seeds, count: Int) -> Bool {
    let path = seeds[0].path
    for index in 1..<count where seeds[index].path != path {
      return false
    }
    return true
  }

  private static func buildCollision(
    _ seeds: Seeds, count: Int, tracked: Bool, _ policy: Policy
  ) throws(Failure) -> Node {
    let node = try allocateCollision(
      count: count, path: seeds[0].path, tracked: tracked, policy)
    for index in 0..<count {
      node.collisionEntries[index] = seeds[index].entry
    }
    node.publish(policy)
    return node
  }

  /// Frees a half-built trie without its elements, which still belong to the seeds.
  private func deallocateStructure(_ policy: Policy) {
    let children = self.children
    for slot in 0..<childCount {
      children[slot].deallocateStructure(policy)
    }
    deallocateMoved(policy)
  }
}

// MARK: - Parting

/// Both ways sort the seeds by their bucket at a level, and give the buckets with one seed and with more.

extension Node {
  @inline(__always)
  private static func add(
    _ bucket: Bucket, _ entryMap: inout Bitmap, _ childMap: inout Bitmap
  ) {
    if entryMap.contains(bucket) { childMap = childMap.inserting(bucket) }
    entryMap = entryMap.inserting(bucket)
  }

  private static func partByInsertion(
    _ seeds: Seeds, count: Int, level: Int
  ) -> (entryMap: Bitmap, childMap: Bitmap) {
    var entryMap = Bitmap.none
    var childMap = Bitmap.none
    for index in 0..<count {
      let seed = seeds[index]
      let bucket = seed.path.bucket(at: level)
      add(bucket, &entryMap, &childMap)
      var place = index
      while place > 0, seeds[place &- 1].path.bucket(at: level).rawValue > bucket.rawValue {
        seeds[place] = seeds[place &- 1]
        place &-= 1
      }
      seeds[place] = seed
    }
    return (Bitmap(rawValue: entryMap.rawValue & ~childMap.rawValue), childMap)
  }

  /// In place, as an American flag sort does (McIlroy, Bostic, McIlroy: Engineering Radix Sort, 1993).
  private static func partByCounting(
    _ seeds: Seeds, count: Int, level: Int
  ) -> (entryMap: Bitmap, childMap: Bitmap) {
    var entryMap = Bitmap.none
    var childMap = Bitmap.none
    var ends = InlineArray<32, Int>(repeating: 0)
    for index in 0..<count {
      let bucket = seeds[index].path.bucket(at: level)
      add(bucket, &entryMap, &childMap)
      ends[unchecked: Int(bucket.rawValue)] &+= 1
    }
    var next = InlineArray<32, Int>(repeating: 0)
    var total = 0
    for bucket in 0..<32 {
      next[unchecked: bucket] = total
      total &+= ends[unchecked: bucket]
      ends[unchecked: bucket] = total
    }
    for bucket in 0..<32 {
      while next[unchecked: bucket] < ends[unchecked: bucket] {
        let place = next[unchecked: bucket]
        let seed = seeds[place]
        let home = Int(seed.path.bucket(at: level).rawValue)
        let target = next[unchecked: home]
        next[unchecked: home] = target &+ 1
        if home != bucket {
          seeds[place] = seeds[target]
          seeds[target] = seed
        }
      }
    }
    return (Bitmap(rawValue: entryMap.rawValue & ~childMap.rawValue), childMap)
  }
}
