// SPDX-License-Identifier: Apache-2.0

/// The hash of a map: what it is, and how little of it is taken anew.

import Testing

@testable import HamtCore

@Suite(.ledger) struct HashTests {
  let ledger = Ledger.current

  private func hash(of map: TestMap) throws -> UInt64 {
    try map.root.contributions(ledger.policy)
  }

  private func contributions(hashing map: TestMap) throws -> Int {
    try ledger.count(of: .contribution) { _ = try hash(of: map) }
  }

  @Test(arguments: Fixture.all)
  func theHashIsTheExclusiveOrOverTheEntries(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    let expected = map.entries.reduce(UInt64(0)) {
      $0 ^ ledger.contribution(key: $1.key, value: $1.value)
    }
    #expect(try hash(of: map) == expected)
    #expect(try hash(of: map) == expected)
  }

  @Test(arguments: Fixture.all)
  func theHashDependsOnNeitherOrderNorKind(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    let reversed = try ledger.mapBySetting(fixture.keys.reversed(), fixture.kind)
    #expect(try hash(of: map) == hash(of: reversed))
    let other = try ledger.map(fixture.keys.joined(separator: " "))
    #expect(try hash(of: map) == hash(of: other))
  }

  @Test(arguments: Fixture.all.filter { !$0.keys.isEmpty })
  func theHashIsTakenOnce(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    #expect(try contributions(hashing: map) == fixture.keys.count)
    // A branch of a few entries and no child keeps none, as it is quickly taken anew.
    let root = try #require(map.root.node)
    let keepsNone = root.kind == .branch && root.childCount == 0 && root.entryCount <= 8
    #expect(try contributions(hashing: map) == (keepsNone ? root.entryCount : 0))
  }

  /// 800 keys lie three levels deep: a change is seen by its own leaf and by entries beside the way.
  @Test(arguments: [true, false])
  func afterAChangeOnlyItsNeighbourhoodIsHashed(inPlace: Bool) throws {
    var random = SplitMix64(state: 3)
    let pairs = (0..<800).map { number in
      let name = HashPath(bits: random.next() & 0x7FFF).text
      return TestMap.Pair(key: ledger.key("\(name)#\(number)"), value: ledger.value("first"))
    }
    let map = try ledger.build(pairs, .map)
    #expect(try contributions(hashing: map) >= 800)
    for pair in pairs.prefix(20) {
      let edit = Edit.set(pair.key, ledger.value("new"))
      let changed = inPlace ? map : try map.applying(edit)
      if inPlace { try map.apply(edit) }
      #expect(try (1...80).contains(contributions(hashing: changed)))
      if !inPlace { changed.drop() }
    }
  }

  @Test(arguments: Fixture.all)
  func everyEditForgetsTheHashOfWhatItChanges(fixture: Fixture) throws {
    for edit in ledger.edits(of: fixture, newValue: ledger.value("new")) {
      let map = try ledger.map(fixture)
      let before = try hash(of: map)
      let model = map.model
      let changed = try map.applying(edit)
      changed.expect(model.applying(edit, ledger))
      #expect(try hash(of: map) == before)
      if changed !== map { changed.drop() }
      try map.apply(edit)
      map.expect(model.applying(edit, ledger))
      map.drop()
    }
  }

  @Test func theEmptyMapHashesToZero() throws {
    #expect(try hash(of: ledger.map("")) == 0)
  }

  @Test(arguments: Fixture.all.filter { !$0.keys.isEmpty })
  func aFailingContributionLeavesNoWrongHash(fixture: Fixture) throws {
    for number in 1...fixture.keys.count {
      let map = try ledger.map(fixture)
      ledger.failing(.contribution, at: number) {
        #expect(throws: Failure.callbackFailed) { try hash(of: map) }
      }
      map.check()
      map.expect(map.model)
      map.drop()
    }
  }
}
