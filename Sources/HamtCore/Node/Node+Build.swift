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

  /// Up to this many seeds the buckets are picked out one by one; above, counting pays: with 16, 17 str
  /// keys took 456 ns in place of 354, 40 keys 949 in place of 1,055.
  private static var pickingLimit: Int { 32 }

  /// A branch at `level` for two or more seeds with different keys, which it puts in another order.
  ///
  /// Each bucket that has more than one seed is built in turn. The trie takes over one reference to each
  /// key and value; on failure it takes none.
  ///
  /// - Parameter mayTrack: false when no seed holds something tracked, so that nobody has to look.
  /// - Complexity: O(n d) for a depth of d, one allocation per node, no call of the policy's equality.
  static func build(
    _ seeds: Seeds, count: Int, level: Int, mayTrack: Bool, _ policy: Policy
  ) throws(Failure) -> Node {
    let tracked = mayTrack && holdsTracked(seeds, count: count, policy)
    if count == 2, let pair = try buildPair(seeds, level: level, tracked: tracked, policy) {
      return pair
    }
    if level > 0, haveOnePath(seeds, count: count) {
      return try buildCollision(seeds, count: count, tracked: tracked, policy)
    }
    var entryMap = Bitmap.none
    var childMap = Bitmap.none
    for index in 0..<count {
      let bucket = seeds[index].path.bucket(at: level)
      if entryMap.contains(bucket) { childMap = childMap.inserting(bucket) }
      entryMap = entryMap.inserting(bucket)
    }
    entryMap = Bitmap(rawValue: entryMap.rawValue & ~childMap.rawValue)
    let node = try allocateBranch(
      entryMap: entryMap, childMap: childMap, tracked: tracked, policy)
    for index in 0..<count {
      let bucket = seeds[index].path.bucket(at: level)
      if entryMap.contains(bucket) {
        node.branchEntries[entryMap.slot(of: bucket)] = seeds[index].entry
      }
    }
    if !childMap.isEmpty {
      try node.buildChildren(from: seeds, count: count, level: level, mayTrack: tracked, policy)
    }
    node.setCount(count)
    node.publish(policy)
    return node
  }

  /// A branch of two seeds that part at `level`, else nil. Most nodes of a large map are such.
  @inline(__always)
  private static func buildPair(
    _ seeds: Seeds, level: Int, tracked: Bool, _ policy: Policy
  ) throws(Failure) -> Node? {
    let first = seeds[0].path.bucket(at: level)
    let second = seeds[1].path.bucket(at: level)
    if first == second { return nil }
    let node = try allocateBranch(
      entryMap: Bitmap(first).inserting(second), childMap: .none, tracked: tracked, policy)
    let isOrdered = first.rawValue < second.rawValue
    node.branchEntries[0] = seeds[isOrdered ? 0 : 1].entry
    node.branchEntries[1] = seeds[isOrdered ? 1 : 0].entry
    node.publish(policy)
    return node
  }

  /// Fills the children of a branch that is being built; on failure, frees it with what it has of them.
  private func buildChildren(
    from seeds: Seeds, count: Int, level: Int, mayTrack: Bool, _ policy: Policy
  ) throws(Failure) {
    let isSorted = count > Self.pickingLimit
    if isSorted {
      Self.sort(seeds, count: count, level: level)
    }
    var start = 0
    var slot = 0
    var rest = childMap
    while !rest.isEmpty {
      let bucket = rest.first
      rest = rest.removing(bucket)
      if isSorted {
        while seeds[start].path.bucket(at: level) != bucket { start &+= 1 }
      }
      var end = start
      for index in start..<count {
        let seed = seeds[index]
        if seed.path.bucket(at: level) == bucket {
          seeds[index] = seeds[end]
          seeds[end] = seed
          end &+= 1
        } else if isSorted {
          break
        }
      }
      do {
        children[slot] = try Self.build(
          seeds + start, count: end &- start, level: level &+ 1, mayTrack: mayTrack, policy)
      } catch {
        for built in 0..<slot {
          children[built].deallocateStructure(policy)
        }
        deallocateMoved(policy)
        throw error
      }
      slot &+= 1
      start = end
    }
  }

  /// Sorts seeds by their bucket at a level, in place, as an American flag sort does (McIlroy, Bostic,
  /// McIlroy: Engineering Radix Sort, 1993).
  private static func sort(_ seeds: Seeds, count: Int, level: Int) {
    var ends = InlineArray<32, Int>(repeating: 0)
    for index in 0..<count {
      ends[unchecked: Int(seeds[index].path.bucket(at: level).rawValue)] &+= 1
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

  /// Whether two keys of a tree are equal, as can be when it was built of seeds that nobody had compared.
  ///
  /// - Complexity: O(m) for m nodes; O(k^2) equality calls for k keys of one path, none for others.
  // REENTRANCY: `areEqualKeys` may run foreign code. The caller holds the root.
  public func holdsEqualKeys(_ policy: Policy) throws(Failure) -> Bool {
    for slot in 0..<childCount {
      if try children[slot].holdsEqualKeys(policy) { return true }
    }
    if kind == .branch { return false }
    for slot in 0..<entryCount {
      for other in 0..<slot where kind == .collision || arrayPaths[slot] == arrayPaths[other] {
        let (first, second) = (entries[other].key, entries[slot].key)
        if policy.areIdentical(first, second) { return true }
        if try policy.areEqualKeys(first, second) { return true }
      }
    }
    return false
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
