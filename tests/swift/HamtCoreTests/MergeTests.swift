// SPDX-License-Identifier: Apache-2.0

/// The union of two maps: its entries, whose keys and values they are, and what it shares with both.

import Testing

@testable import HamtCore

@Suite(.ledger) struct MergeTests {
  /// How the second map is like a fixture.
  enum Likeness: CaseIterable {
    case sameEntries
    case otherValues
    case equalKeys
  }

  let ledger = Ledger.current

  private func map(_ fixture: Fixture, _ likeness: Likeness) throws -> TestMap {
    switch likeness {
    case .sameEntries: return try ledger.map(fixture)
    case .otherValues: return try ledger.map(fixture) { _ in true }
    case .equalKeys: return try ledger.twin(of: fixture)
    }
  }

  /// What a merge should give, and the keys over which the resolver should be asked.
  private func union(
    _ mine: TestMap.Model, _ theirs: TestMap.Model, _ resolver: TestResolver
  ) -> (model: TestMap.Model, conflicts: Set<Token>) {
    var model = mine
    var conflicts: Set<Token> = []
    for (equalityClass, pair) in theirs {
      guard let stored = mine[equalityClass] else {
        model[equalityClass] = pair
        continue
      }
      if stored.value == pair.value { continue }
      conflicts.insert(stored.key)
      model[equalityClass]?.value = resolver.choose(mine: stored.value, theirs: pair.value)
    }
    return (model, conflicts)
  }

  @Test(arguments: Fixture.all, Fixture.all)
  func theUnionHasTheEntriesOfBoth(first: Fixture, second: Fixture) throws {
    let mine = try ledger.map(first)
    let mineImage = mine.image
    for likeness in Likeness.allCases {
      let theirs = try map(second, likeness)
      let theirsImage = theirs.image
      for choice in TestResolver.Choice.allCases {
        let resolver = TestResolver(choice, in: ledger)
        let (model, conflicts) = union(mine.model, theirs.model, resolver)
        let result = try mine.merging(theirs, resolver)
        result.expect(model)
        #expect(Set(resolver.keys) == conflicts)
        #expect(resolver.keys.count == conflicts.count)
        #expect(mine.image == mineImage)
        #expect(theirs.image == theirsImage)
        result.drop()
        mine.expect(mine.model)
      }
      theirs.drop()
    }
  }

  @Test(arguments: Fixture.tries, Fixture.tries)
  func theUnionOfTriesHasTheShapeOfSettingKeyByKey(first: Fixture, second: Fixture) throws {
    let result = try ledger.map(first).merging(
      ledger.map(second), TestResolver(.theirs, in: ledger))
    let strangers = second.keys.filter { !first.keys.contains($0) }
    let expected = try ledger.mapBySetting(first.keys + strangers, .trie)
    #expect(result.shape == expected.shape)
    #expect(result.isTrackedExactly)
  }

  @Test(arguments: Fixture.all)
  func theUnionWithItselfIsTheMap(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    let copy = map.copy()
    for call in Ledger.Call.allCases {
      let resolver = TestResolver(.other, in: ledger)
      #expect(try ledger.count(of: call) { _ = try map.merging(copy, resolver) } == 0)
    }
  }

  @Test(arguments: Fixture.all)
  func aUnionThatHoldsWhatTheFirstMapHoldsIsThatMap(fixture: Fixture) throws {
    let mine = try ledger.map(fixture)
    let resolver = TestResolver(.mine, in: ledger)
    for theirs in [
      try ledger.map(""), try map(fixture, .otherValues), try ledger.twin(of: fixture),
    ] {
      #expect(try mine.merging(theirs, resolver).root.memory == mine.root.memory)
    }
    for name in fixture.keys {
      let smaller = try mine.applying(.remove(ledger.key(name)))
      #expect(try mine.merging(smaller, resolver).root.memory == mine.root.memory)
    }
  }

  /// Arrays and collision nodes have an order, which in a union is that of the first map.
  @Test(arguments: Fixture.tries)
  func aUnionThatHoldsWhatTheSecondMapHoldsIsThatMap(fixture: Fixture) throws {
    let theirs = try map(fixture, .otherValues)
    if theirs.statistics.collisionNodes > 0 { return }
    let resolver = TestResolver(.theirs, in: ledger)
    for mine in [try ledger.map(""), try ledger.map(fixture)] {
      #expect(try mine.merging(theirs, resolver).root.memory == theirs.root.memory)
    }
    for name in fixture.keys {
      let smaller = try theirs.applying(.remove(ledger.key(name)))
      #expect(try smaller.merging(theirs, resolver).root.memory == theirs.root.memory)
    }
  }

  /// Both versions share all but one way of three nodes.
  @Test func onlyWhatDiffersIsMade() throws {
    let base = try ledger.trie("311 312 32 41 42 5*2 V")
    let mine = try base.applying(.set(ledger.key("313"), ledger.value("mine")))
    let theirs = try base.applying(.set(ledger.key("314"), ledger.value("theirs")))
    var keysLookedAt: Set<Token> = []
    ledger.onIdentityTest = { token, _ in keysLookedAt.insert(token) }
    var union = base
    let allocations = try ledger.count(of: .allocateNode) {
      union = try mine.merging(theirs, TestResolver(.other, in: ledger))
    }
    ledger.onIdentityTest = nil
    #expect(allocations == 3)
    #expect(keysLookedAt.isDisjoint(with: ledger.keys("41 42 5*2")))
    #expect(union.root.count == base.root.count + 2)
  }

  @Test(arguments: Fixture.all, Fixture.all)
  func aFailedMergeLeavesBothMapsAsTheyWere(first: Fixture, second: Fixture) throws {
    for likeness in [Likeness.otherValues, .equalKeys] {
      let mine = try ledger.map(first)
      let theirs = try map(second, likeness)
      let images = [mine.image, theirs.image]
      let resolver = TestResolver(.other, in: ledger)
      let model = union(mine.model, theirs.model, resolver).model
      var result = mine
      try ledger.failEach {
        result = try mine.merging(theirs, resolver)
      } verify: {
        #expect([mine.image, theirs.image] == images)
      }
      result.expect(model)
      result.drop()
      theirs.drop()
    }
  }

  @Test(arguments: Fixture.all, Fixture.all)
  func whileMergingACollectionSeesCountsThatSuffice(first: Fixture, second: Fixture) throws {
    let mine = try ledger.map(first) { _ in true }
    let theirs = try map(second, .otherValues)
    var problems: Set<String> = []
    ledger.onCall = { _ in problems.formUnion(ledger.problemsForCollector()) }
    _ = try mine.merging(theirs, TestResolver(.theirs, in: ledger))
    #expect(problems.isEmpty)
  }
}
