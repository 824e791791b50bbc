// SPDX-License-Identifier: Apache-2.0

/// Comparing maps, and what is not looked at.

import Testing

@testable import HamtCore

@Suite(.ledger) struct EqualityTests {
  let ledger = Ledger.current

  private func areEqual(_ a: TestMap, _ b: TestMap) throws -> Bool {
    try a.root.isEqual(to: b.root, ledger.policy)
  }

  /// The number of calls that comparing two maps takes.
  private func count(of call: Ledger.Call, comparing a: TestMap, _ b: TestMap) throws -> Int {
    try ledger.count(of: call) { _ = try areEqual(a, b) }
  }

  @Test(arguments: Fixture.all, [true, false])
  func mapsOfEqualEntriesAreEqualInAnyOrder(fixture: Fixture, reversed: Bool) throws {
    let map = try ledger.map(fixture)
    let twin = try ledger.twin(of: fixture, reversed: reversed)
    #expect(try areEqual(map, twin))
    #expect(try areEqual(twin, map))
  }

  @Test(arguments: Fixture.all.filter { (2...8).contains($0.keys.count) })
  func anArrayEqualsATrieOfItsEntries(fixture: Fixture) throws {
    let array = try ledger.map(fixture.keys.joined(separator: " "))
    #expect(array.root.node?.kind == .array)
    let trie = try ledger.twin(
      of: Fixture(fixture.name, .trie, fixture.keys.joined(separator: " ")))
    #expect(try areEqual(array, trie))
    #expect(try areEqual(trie, array))
    let other = try trie.applying(.set(ledger.key(fixture.keys[0]), ledger.value("new")))
    #expect(try !areEqual(array, other))
    #expect(try !areEqual(other, array))
  }

  @Test(arguments: Fixture.all)
  func mapsThatDifferInOneEntryAreNotEqual(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    let model = map.model
    for edit in ledger.edits(of: fixture, newValue: ledger.value("new")) {
      let other = try map.applying(edit)
      let isSame = model.applying(edit, ledger) == model
      #expect(try areEqual(map, other) == isSame)
      #expect(try areEqual(other, map) == isSame)
      if other !== map { other.drop() }
    }
  }

  @Test(arguments: Fixture.all.filter { !$0.keys.isEmpty })
  func mapsOfOneSizeWithAnotherKeyAreNotEqual(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    let name = fixture.keys[0]
    let path = ledger.path(of: ledger.key(name)).text
    let other = try map.applying(.remove(ledger.key(name)))
      .applying(.set(ledger.key("\(path)#other"), ledger.firstValue(of: ledger.key(name))))
    #expect(try !areEqual(map, other))
    #expect(try !areEqual(other, map))
  }

  @Test func theEmptyMapEqualsOnlyItself() throws {
    let empty = try ledger.map("")
    #expect(try areEqual(empty, ledger.map("")))
    #expect(try !areEqual(empty, ledger.map("31A")))
    #expect(try !areEqual(ledger.map("31A"), empty))
  }

  @Test(arguments: Fixture.all)
  func aSharedRootIsNotLookedAt(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    let copy = map.copy()
    for call in [Ledger.Call.path, .matches, .areEqualKeys, .areEqual] {
      #expect(try count(of: call, comparing: map, copy) == 0)
    }
  }

  @Test func mapsOfDifferentSizesAreNotLookedAt() throws {
    let map = try ledger.map(Fixture.named("full-node-of-32"))
    let other = try ledger.map(Fixture.named("nine-in-one-branch"))
    #expect(try !areEqual(map, other))
    #expect(try count(of: .areEqual, comparing: map, other) == 0)
  }

  @Test func sharedSubtreesAreNotLookedAt() throws {
    let map = try ledger.trie("31*2 321 322 41 42 V")
    let key = ledger.key("41")
    let value = ledger.value("first of 41'")
    let other = try map.applying(.set(key, value))
    var keysLookedAt: Set<Token> = []
    ledger.onIdentityTest = { token, _ in keysLookedAt.insert(token) }
    #expect(try areEqual(map, other))
    #expect(keysLookedAt.isDisjoint(with: ledger.keys("31*2 321 322")))
    // Every key in the two nodes that are not shared is identical with the other, and one value is not.
    #expect(try count(of: .areEqual, comparing: map, other) == 1)
    for call in [Ledger.Call.path, .matches, .areEqualKeys] {
      #expect(try count(of: call, comparing: map, other) == 0)
    }
  }

  @Test func differentBitmapsEndTheComparisonOfANode() throws {
    let map = try ledger.trie("31 32 V")
    let other = try map.applying(.remove(ledger.key("31")))
      .applying(.set(ledger.key("33"), ledger.firstValue(of: ledger.key("31"))))
    for call in [Ledger.Call.matches, .areEqual] {
      #expect(try count(of: call, comparing: map, other) == 0)
    }
    #expect(try !areEqual(map, other))
  }

  @Test func collisionsOfDifferentPathsAreNotEqual() throws {
    let map = try ledger.trie("31*2 V")
    let other = try ledger.build(
      [("32#1", "31#1"), ("32#2", "31#2"), ("V", "V")].map {
        TestMap.Pair(key: ledger.key($0), value: ledger.value("first of \($1)"))
      }, .trie)
    #expect(try !areEqual(map, other))
    #expect(try count(of: .areEqualKeys, comparing: map, other) == 0)
  }

  @Test(arguments: [Fixture.Kind.map, .trie], [Fixture.Kind.map, .trie])
  func aValueThatIsNotEqualToItselfIsFoundEqualWhereItIs(
    kind: Fixture.Kind, otherKind: Fixture.Kind
  ) throws {
    let pairs = ledger.keys("31A 7*2").map {
      TestMap.Pair(key: $0, value: ledger.value("not a number", equalsItself: false))
    }
    let map = try ledger.build(pairs, kind)
    #expect(try areEqual(map, ledger.build(pairs, otherKind)))
    let other = try map.applying(.set(pairs[0].key, ledger.value("not a number'")))
    #expect(try !areEqual(map, other))
  }

  @Test(arguments: Fixture.all)
  func comparingAllocatesAndRetainsNothing(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    let twin = try ledger.twin(of: fixture, reversed: true)
    #expect(try count(of: .allocateNode, comparing: map, twin) == 0)
    map.check()
  }
}
