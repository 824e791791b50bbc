// SPDX-License-Identifier: Apache-2.0

/// Which nodes a cycle collector has to see (N8). Each edit in a test map checks the invariant; here the
/// other direction counts too: an untracked map costs a collection nothing.

import Testing

@testable import HamtCore

@Suite(.ledger) struct TrackingTests {
  let ledger = Ledger.current

  private var tracked: Token { ledger.value("tracked", tracked: true) }
  private var plain: Token { ledger.value("plain") }

  /// Which keys of a fixture get a tracked value.
  enum Pattern: CaseIterable {
    case none
    case first
    case last
    case all

    func isTracked(_ rank: Int, of count: Int) -> Bool {
      switch self {
      case .none: false
      case .first: rank == 0
      case .last: rank == count - 1
      case .all: true
      }
    }
  }

  private func map(_ fixture: Fixture, _ pattern: Pattern) throws -> TestMap {
    try ledger.map(fixture) { pattern.isTracked($0, of: fixture.keys.count) }
  }

  @Test(arguments: Fixture.all, Pattern.allCases)
  func aBuiltMapIsTrackedWhereItMustBe(fixture: Fixture, pattern: Pattern) throws {
    let map = try map(fixture, pattern)
    #expect(map.isTrackedExactly)
    #expect(map.root.isTracked(ledger.policy) == (pattern != .none && !fixture.keys.isEmpty))
  }

  @Test(arguments: Fixture.all, Pattern.allCases)
  func aNewVersionIsTrackedWhereItMustBe(fixture: Fixture, pattern: Pattern) throws {
    let map = try map(fixture, pattern)
    for value in [tracked, plain] {
      for edit in ledger.edits(of: fixture, newValue: value) {
        let new = try map.applying(edit)
        #expect(new.isTrackedExactly)
        if new !== map { new.drop() }
      }
    }
  }

  @Test(arguments: Fixture.all)
  func aTrackedKeyIsTrackedAsAValueIs(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    for name in fixture.landmarks {
      let path = ledger.path(of: ledger.key(name)).text
      let key = ledger.key("\(path)#tracked", tracked: true)
      let new = try map.applying(.set(key, plain))
      #expect(new.root.isTracked(ledger.policy))
      #expect(new.isTrackedExactly)
      let old = try new.applying(.remove(key))
      #expect(!old.root.isTracked(ledger.policy))
      #expect(old.isTrackedExactly)
    }
  }

  @Test(arguments: Fixture.all.filter { $0.keys.count > 1 }, [Pattern.first, .last])
  func aMapThatLosesItsOnlyTrackedValueBecomesUntracked(
    fixture: Fixture, pattern: Pattern
  ) throws {
    let map = try map(fixture, pattern)
    let key = ledger.key(fixture.keys[pattern == .first ? 0 : fixture.keys.count - 1])
    for edit in [Edit.remove(key), .set(key, plain)] {
      let new = try map.applying(edit)
      #expect(!new.root.isTracked(ledger.policy))
      #expect(new.isTrackedExactly)
    }
  }

  @Test(arguments: Fixture.all)
  func aNewKeyWithATrackedValueTracksItsWayInPlace(fixture: Fixture) throws {
    for edit in ledger.edits(of: fixture, newValue: tracked) {
      let map = try ledger.map(fixture)
      try map.apply(edit)
      #expect(map.isTrackedExactly)
      map.drop()
    }
  }

  @Test func ancestorsThatAreTrackedStayWhereTheyAre() throws {
    let map = try ledger.map(Fixture("", .trie, "311 312 32 V"), trackedValues: { $0 == 0 })
    let root = map.root.memory
    try map.apply(.set(ledger.key("33"), tracked))
    #expect(map.root.memory == root)
  }

  @Test(arguments: Fixture.all, [Pattern.none, .all])
  func inPlaceEditsThatRunBothWaysKeepTheInvariant(fixture: Fixture, pattern: Pattern) throws {
    let map = try map(fixture, pattern)
    for name in fixture.keys {
      for value in [tracked, plain, tracked] {
        try map.apply(.set(ledger.key(name), value))
        try map.apply(.set(ledger.key("\(name)#more"), value))
      }
      try map.apply(.remove(ledger.key("\(name)#more")))
      try map.apply(.remove(ledger.key(name)))
    }
    #expect(map.root.node == nil)
  }
}
