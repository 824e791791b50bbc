// SPDX-License-Identifier: Apache-2.0

/// The map for Swift users, with plain 64-bit keys and values.

import CSystem
import Testing

@testable import HamtCore

@Suite final class PersistentMapTests {
  typealias Map = PersistentMap<UInt64Policy>

  private let pool: NodePool

  init() throws {
    pool = try #require(NodePool())
  }

  deinit {
    pool.destroy { csystem_deallocate($0) }
  }

  private func emptyMap() -> Map {
    PersistentMap(policy: UInt64Policy(pool: pool))
  }

  private func check(_ map: borrowing Map, sourceLocation: SourceLocation = #_sourceLocation) {
    let node = map.root.node
    let policy = map.policy
    #expect(throws: Never.self, sourceLocation: sourceLocation) { try node?.checkRoot(policy) }
  }

  private func contents(of map: borrowing Map) -> [UInt64: UInt64] {
    var contents: [UInt64: UInt64] = [:]
    func add(_ key: UInt64, _ value: UInt64) {
      #expect(contents[key] == nil)
      contents[key] = value
    }
    map.forEach(add)
    return contents
  }

  @Test func theExampleOfTheDocumentationHolds() throws {
    let one = PersistentMap(policy: UInt64Policy(pool: pool))
    let two = try one.inserting(7, 49)
    let value = try two.value(of: 7)
    #expect(one.count == 0)
    #expect(value == 49)
  }

  @Test func theEmptyMapHasNothing() throws {
    let map = emptyMap()
    let value = try map.value(of: 0)
    #expect(map.isEmpty == true)
    #expect(map.count == 0)
    #expect(value == nil)
    #expect(contents(of: map).isEmpty)
  }

  @Test func versionsKeepTheirEntries() throws {
    var map = emptyMap()
    var model: [UInt64: UInt64] = [:]
    for key in 0..<1000 as Range<UInt64> {
      try map.insert(key, key &* key)
      model[key] = key &* key
    }
    let old = map.copy()
    let oldModel = model
    for key in stride(from: 0 as UInt64, to: 1000, by: 2) {
      try map.remove(key)
      model[key] = nil
      map = try map.inserting(key &+ 5000, key)
      model[key &+ 5000] = key
    }
    check(map)
    check(old)
    #expect(contents(of: map) == model)
    #expect(contents(of: old) == oldModel)
    for (key, value) in model {
      let found = try map.value(of: key)
      #expect(found == value)
    }
  }

  @Test func insertingTellsWhetherTheKeyIsNew() throws {
    var map = emptyMap()
    let outcomes = [
      try map.insert(7, 49), try map.insert(7, 50), try map.insert(7, 50), try map.insert(8, 0),
    ]
    #expect(outcomes == [true, false, false, true])
    #expect(contents(of: map) == [7: 50, 8: 0])
  }

  @Test func removingTellsWhetherTheKeyWasThere() throws {
    var map = emptyMap()
    try map.insert(7, 49)
    let outcomes = [try map.remove(8), try map.remove(7), try map.remove(7)]
    #expect(outcomes == [false, true, false])
    #expect(map.isEmpty == true)
  }

  @Test func anUpdateWithoutEffectSharesTheRoot() throws {
    let map = try emptyMap().inserting(7, 49)
    let same = try map.inserting(7, 49)
    let without = try map.removing(8)
    #expect(same.root.memory == map.root.memory)
    #expect(without.root.memory == map.root.memory)
    let removed = try map.removing(7)
    #expect(removed.isEmpty == true)
    #expect(map.count == 1)
  }

  @Test func equalityAndHashDependOnTheEntriesOnly() throws {
    var map = emptyMap()
    var other = emptyMap()
    for key in 0..<100 as Range<UInt64> {
      try map.insert(key, key)
      try other.insert(99 - key, 99 - key)
    }
    #expect(map.root.memory != other.root.memory)
    let areEqual = try map.isEqual(to: other)
    let hashes = try [map.root.contributions(map.policy), other.root.contributions(map.policy)]
    #expect(areEqual)
    #expect(hashes[0] == hashes[1])
  }

  @Test func keysThatSwapTheirValuesGiveAnotherHash() throws {
    let map = try emptyMap().inserting(7, 8).inserting(8, 7)
    let other = try emptyMap().inserting(7, 7).inserting(8, 8)
    let areEqual = try map.isEqual(to: other)
    let hashes = try [map.root.contributions(map.policy), other.root.contributions(map.policy)]
    #expect(!areEqual)
    #expect(hashes[0] != hashes[1])
  }

  /// Copies of its nodes ask for memory ahead.
  @Test func versionsOfALargeMapKeepTheirEntries() throws {
    let size = UInt64(Search<UInt64Policy>.prefetchSize)
    var map = emptyMap()
    for key in 0..<size { try map.insert(key, key) }
    for key in stride(from: 0, through: size, by: Int(size / 64)) {
      let larger = try map.inserting(key, 1)
      let smaller = try map.removing(key)
      let values = try [map.value(of: key), larger.value(of: key), smaller.value(of: key)]
      #expect(values == [key < size ? key : nil, 1, nil])
      let counts = [larger.count - map.count, map.count - smaller.count]
      #expect(counts == (key < size ? [0, 1] : [1, 0]))
    }
    check(map)
  }

  @Test func aNodeThatIsTooLargeThrowsOutOfMemory() {
    let policy = UInt64Policy(pool: pool)
    #expect(throws: Failure.outOfMemory) {
      _ = try policy.allocateNode(byteCount: Int.max - 64, tracked: false)
    }
  }

  @Test func differentKeysHaveDifferentPaths() {
    let policy = UInt64Policy(pool: pool)
    let small = 0..<1000 as Range<UInt64>
    let keys = Set((0..<64).map { 1 << $0 } + small + small.map { $0 << 32 })
    #expect(Set(keys.map { policy.path(of: $0).bits }).count == keys.count)
  }

  @Test func anUpdateReusesTheBlockThatTheOneBeforeFreed() throws {
    let map = emptyMap()
    let first = try map.inserting(1, 1).root.memory
    let second = try map.inserting(2, 2).root.memory
    #expect(first != nil)
    #expect(first == second)
  }

  @Test func blocksThatAFullPoolRefusesGoBackToTheAllocator() throws {
    let policy = UInt64Policy(pool: pool)
    var roots = (0...NodePool.listLimit).map { _ in Root<UInt64Policy>(nil) }
    for index in roots.indices {
      _ = try roots[index].insert(
        Entry(key: 1, value: 1), path: policy.path(of: 1), inPlace: true, policy)
    }
    for root in roots {
      root.release(policy)
    }
    var keptCount = 0
    while let block = pool.take(byteCount: Node<UInt64Policy>.arrayByteCount(1)) {
      csystem_deallocate(block)
      keptCount += 1
    }
    #expect(keptCount == 0)
  }

  @Test func aDroppedMapLeavesItsNodesToThePool() throws {
    let map = try emptyMap().inserting(1, 1).inserting(2, 2)
    let byteCount = try #require(map.root.node).byteCount
    let memory = map.root.memory
    #expect(pool.take(byteCount: byteCount) == nil)
    _ = consume map
    let block = try #require(pool.take(byteCount: byteCount))
    #expect(block == memory)
    csystem_deallocate(block)
  }
}
