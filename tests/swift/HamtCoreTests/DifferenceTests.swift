// SPDX-License-Identifier: Apache-2.0

/// The walk over the difference of two maps: what it tells, and what it does not look at.

import Testing

@testable import HamtCore

@Suite(.ledger) struct DifferenceTests {
  let ledger = Ledger.current

  private func expected(_ first: TestMap, _ second: TestMap) -> Set<TestVisitor.Change> {
    let models = (first.model, second.model)
    let changes = Set(models.0.keys).union(models.1.keys).map {
      TestVisitor.Change(first: models.0[$0], second: models.1[$0])
    }
    return Set(changes.filter { $0.first?.value != $0.second?.value })
  }

  private func expectAllChanges(
    _ first: TestMap, _ second: TestMap, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let changes = try first.changes(to: second)
    #expect(Set(changes) == expected(first, second), sourceLocation: sourceLocation)
    #expect(changes.count == Set(changes).count, sourceLocation: sourceLocation)
  }

  @Test(arguments: Fixture.all, Fixture.all)
  func everyDifferenceIsToldOnce(first: Fixture, second: Fixture) throws {
    let map = try ledger.map(first)
    let others = [
      try ledger.map(second), try ledger.map(second) { $0 % 2 == 0 }, try ledger.twin(of: second),
    ]
    for other in others {
      try expectAllChanges(map, other)
      try expectAllChanges(other, map)
    }
  }

  @Test(arguments: Fixture.all)
  func oneEditIsOneDifference(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    for edit in ledger.edits(of: fixture, newValue: ledger.value("new")) {
      let other = try map.applying(edit)
      #expect(try map.changes(to: other).count == (other === map ? 0 : 1))
      try expectAllChanges(map, other)
      try expectAllChanges(other, map)
      if other !== map { other.drop() }
    }
  }

  @Test func sharedSubtreesAreNotLookedAt() throws {
    let map = try ledger.trie("31*2 321 322 41 42 V")
    let other = try map.applying(.set(ledger.key("43"), ledger.value("new")))
    var keysLookedAt: Set<Token> = []
    ledger.onIdentityTest = { token, _ in keysLookedAt.insert(token) }
    #expect(try map.changes(to: other).count == 1)
    #expect(!keysLookedAt.isEmpty)
    #expect(keysLookedAt.isDisjoint(with: ledger.keys("31*2 321 322")))
  }

  @Test(arguments: Fixture.all, Fixture.all)
  func aWalkAllocatesNothingAndCanFailAnywhere(first: Fixture, second: Fixture) throws {
    let map = try ledger.map(first)
    let other = try ledger.twin(of: second)
    #expect(try ledger.count(of: .allocateNode) { _ = try map.changes(to: other) } == 0)
    let images = [map.image, other.image]
    try ledger.failEach {
      _ = try map.changes(to: other)
    } verify: {
      #expect([map.image, other.image] == images)
    }
    map.check()
  }
}
