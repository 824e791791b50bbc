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
  public typealias Seeds = UnsafeMutableBufferPointer<Seed<Element>>

  /// A branch at `level` for two or more seeds with different keys, which it puts in another order.
  ///
  /// The seeds are parted by the digit of the level in place, bucket by bucket, as an American flag sort
  /// does (McIlroy, Bostic, McIlroy: Engineering Radix Sort, 1993), and each bucket is built in turn.
  /// The trie takes over one reference to each key and value; on failure it takes none.
  ///
  /// - Complexity: O(n d) for a depth of d, one allocation per node, no call of the policy's equality.
  static func build(
    _ seeds: Seeds, level: Int, _ policy: Policy
  ) throws(Failure) -> Node {
    if level > 0, let path = commonPath(of: seeds) {
      return try buildCollision(seeds, path: path, policy)
    }
    var ends = InlineArray<32, Int>(repeating: 0)
    var entryMap = Bitmap.none
    var childMap = Bitmap.none
    for seed in seeds {
      let bucket = seed.path.bucket(at: level)
      ends[Int(bucket.rawValue)] &+= 1
      if entryMap.contains(bucket) { childMap = childMap.inserting(bucket) }
      entryMap = entryMap.inserting(bucket)
    }
    entryMap = Bitmap(rawValue: entryMap.rawValue & ~childMap.rawValue)
    part(seeds, level: level, countsThenEnds: &ends)

    let children = try buildChildren(of: seeds, ends, childMap, level: level, policy)
    var tracked = false
    for slot in 0..<childMap.count where children[slot].isTracked(policy) {
      tracked = true
    }
    var rest = entryMap
    while !tracked, !rest.isEmpty {
      let bucket = rest.first
      tracked = policy.isTracked(seeds[ends[Int(bucket.rawValue)] &- 1].entry)
      rest = rest.removing(bucket)
    }
    let node: Node
    do {
      node = try allocateBranch(
        entryMap: entryMap, childMap: childMap, tracked: tracked, policy)
    } catch {
      for slot in 0..<childMap.count {
        children[slot].deallocateStructure(policy)
      }
      throw error
    }
    for slot in 0..<childMap.count {
      node.children[slot] = children[slot]
    }
    rest = entryMap
    var slot = 0
    while !rest.isEmpty {
      let bucket = rest.first
      node.branchEntries[slot] = seeds[ends[Int(bucket.rawValue)] &- 1].entry
      slot &+= 1
      rest = rest.removing(bucket)
    }
    node.setBranchCount(seeds.count)
    node.publish(policy)
    return node
  }

  /// The path of all the seeds, if they have one.
  private static func commonPath(of seeds: Seeds) -> HashPath? {
    let path = seeds[0].path
    for index in 1..<seeds.count where seeds[index].path != path {
      return nil
    }
    return path
  }

  private static func buildCollision(
    _ seeds: Seeds, path: HashPath, _ policy: Policy
  ) throws(Failure) -> Node {
    var tracked = false
    for seed in seeds where policy.isTracked(seed.entry) {
      tracked = true
      break
    }
    let node = try allocateCollision(count: seeds.count, path: path, tracked: tracked, policy)
    for index in 0..<seeds.count {
      node.collisionEntries[index] = seeds[index].entry
    }
    node.publish(policy)
    return node
  }

  /// Sorts the seeds by their bucket; takes the size of each bucket and gives where each ends.
  private static func part(
    _ seeds: Seeds, level: Int, countsThenEnds ends: inout InlineArray<32, Int>
  ) {
    var next = InlineArray<32, Int>(repeating: 0)
    var total = 0
    for bucket in 0..<32 {
      next[bucket] = total
      total &+= ends[bucket]
      ends[bucket] = total
    }
    for bucket in 0..<32 {
      while next[bucket] < ends[bucket] {
        let seed = seeds[next[bucket]]
        let home = Int(seed.path.bucket(at: level).rawValue)
        if home == bucket {
          next[bucket] &+= 1
        } else {
          seeds[next[bucket]] = seeds[next[home]]
          seeds[next[home]] = seed
          next[home] &+= 1
        }
      }
    }
  }

  /// The children of a branch, each from its run of the parted seeds.
  private static func buildChildren(
    of seeds: Seeds, _ ends: InlineArray<32, Int>, _ childMap: Bitmap, level: Int, _ policy: Policy
  ) throws(Failure) -> InlineArray<32, Node> {
    var children = InlineArray<32, Node>(
      repeating: Node(memory: UnsafeMutableRawPointer(seeds.baseAddress.unsafelyUnwrapped)))
    var rest = childMap
    var slot = 0
    while !rest.isEmpty {
      let bucket = Int(rest.first.rawValue)
      let start = bucket == 0 ? 0 : ends[bucket &- 1]
      do {
        children[slot] = try build(
          Seeds(rebasing: seeds[start..<ends[bucket]]), level: level &+ 1, policy)
      } catch {
        for built in 0..<slot {
          children[built].deallocateStructure(policy)
        }
        throw error
      }
      slot &+= 1
      rest = rest.removing(rest.first)
    }
    return children
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
