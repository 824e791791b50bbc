// SPDX-License-Identifier: Apache-2.0

/// Building a map as a whole, held against building it key by key.

import Testing

@testable import HamtCore

@Suite(.ledger) struct BuildTests {
  let ledger = Ledger.current

  private func build(_ names: [String], _ kind: Fixture.Kind) throws -> TestMap {
    let pairs = names.map {
      TestMap.Pair(key: ledger.key($0), value: ledger.firstValue(of: ledger.key($0)))
    }
    return try ledger.build(pairs, kind)
  }

  @Test(arguments: Fixture.all)
  func theMapIsThatOfSettingKeyByKeyInAnyOrder(fixture: Fixture) throws {
    var random = SplitMix64(state: 1)
    let built = try ledger.map(fixture)
    for names in [fixture.keys, fixture.keys.reversed(), fixture.keys.shuffled(using: &random)] {
      let map = try ledger.mapBySetting(names, fixture.kind)
      map.expect(built.model)
      let rebuilt = try build(names, fixture.kind)
      rebuilt.expect(built.model)
      if built.root.node?.kind == .array {
        #expect(map.drawing == rebuilt.drawing)
      } else {
        #expect(map.shape == built.shape)
        #expect(rebuilt.shape == built.shape)
      }
    }
  }

  /// Enough keys for every way of sorting them, in paths that agree on many levels.
  @Test func aLargeMapIsThatOfSettingKeyByKey() throws {
    var random = SplitMix64(state: 2)
    let names = (0..<400).map { number in
      let digits: [UInt64] = (0..<HashPath.levelCount).map { _ in
        [0, 0, 0, 1, 15].randomElement(using: &random) ?? 0
      }
      let bits = digits.reduce(0) { $0 << 5 | $1 }
      return "\(HashPath(bits: bits).text)#\(number)"
    }
    let built = try build(names, .map)
    let map = try ledger.mapBySetting(names.shuffled(using: &random), .map)
    built.expect(map.model)
    #expect(built.shape == map.shape)
  }

  @Test func noSeedsMakeTheEmptyMap() throws {
    try withUnsafeTemporaryAllocation(of: Seed<Token>.self, capacity: 1) { seeds in
      let start = try #require(seeds.baseAddress)
      #expect(try Root.build(start, count: 0, ledger.policy).node == nil)
    }
  }

  @Test func anArrayKeepsTheOrderOfItsSeeds() throws {
    #expect(
      try build(["V", "7#2", "31A", "7#1"], .map).drawing == """
        array 4
          key V
          key 7#2
          key 31A
          key 7#1

        """)
  }

  @Test func collidingSeedsAloneLieBelowTheRoot() throws {
    let names = keyNames("31A*9")
    #expect(names.count > Node<TestPolicy>.arrayLimit)
    let lines = names.map { "    key \($0)\n" }.joined()
    #expect(try build(names, .map).drawing == "branch 9\n  3: collision 9\n\(lines)")
  }

  @Test(arguments: Fixture.all)
  func nothingIsHashedOrCompared(fixture: Fixture) throws {
    for call in [Ledger.Call.path, .matches, .areEqualKeys] {
      #expect(try ledger.count(of: call) { _ = try ledger.map(fixture) } == 0)
    }
  }

  @Test(arguments: Fixture.all)
  func eachNodeIsAllocatedOnce(fixture: Fixture) throws {
    var nodeCount = 0
    let allocations = try ledger.count(of: .allocateNode) {
      nodeCount = try ledger.map(fixture).image.count
    }
    #expect(allocations == nodeCount)
  }

  @Test(arguments: Fixture.all)
  func failingAllocationsLeaveTheSeedsToTheirOwner(fixture: Fixture) throws {
    let allocations = try ledger.count(of: .allocateNode) { try ledger.map(fixture).drop() }
    #expect(allocations > 0 || fixture.keys.isEmpty)
    for number in 0..<allocations {
      ledger.failing(.allocateNode, at: number + 1) {
        #expect(throws: Failure.outOfMemory) { try ledger.map(fixture) }
      }
      #expect(ledger.nodes.isEmpty)
      ledger.audit()
    }
  }
}
