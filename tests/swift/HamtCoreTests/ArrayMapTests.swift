// SPDX-License-Identifier: Apache-2.0

/// Small maps: their order, their searches, and where they end.

import Testing

@testable import HamtCore

@Suite(.ledger) struct ArrayMapTests {
  let ledger = Ledger.current

  private func set(_ name: String) -> Edit {
    .set(ledger.key(name), ledger.value("new"))
  }

  private func keys(of map: TestMap) -> [String] {
    map.entries.map { ledger.name(of: $0.key) }
  }

  @Test func theFirstEntryMakesAnArray() throws {
    let map = try TestMap(Root(nil), in: ledger).applying(set("31A"))
    #expect(
      map.drawing == """
        array 1
          key 31A

        """)
  }

  @Test(arguments: [true, false])
  func entriesStandInTheOrderInWhichTheirKeysCame(inPlace: Bool) throws {
    let names = ["V", "31A", "0", "7#2", "7#1", "1", "31B", "001"]
    var map = TestMap(Root(nil), in: ledger)
    for (rank, name) in names.enumerated() {
      if inPlace {
        try map.apply(set(name))
      } else {
        map = try map.applying(set(name))
      }
      #expect(keys(of: map) == Array(names[...rank]))
    }
  }

  @Test(arguments: [true, false])
  func replacingKeepsThePlaceAndRemovingTheOrder(inPlace: Bool) throws {
    var map = try ledger.map("V 31A 0 7*2")
    for edit in [set("31A"), .remove(ledger.key("0")), .remove(ledger.key("V")), set("V")] {
      if inPlace {
        try map.apply(edit)
      } else {
        map = try map.applying(edit)
      }
    }
    #expect(keys(of: map) == ["31A", "7#1", "7#2", "V"])
  }

  @Test(arguments: [4, Node<TestPolicy>.arrayLimit - 1])
  func identityIsTriedOnAllKeysBeforeAnyEquality(count: Int) throws {
    let map = try ledger.map("31A 7*\(count)")
    let calls = try ledger.count(of: .areEqualKeys) {
      for key in ledger.keys("31A 7*\(count)") {
        _ = try map.entry(of: key)
      }
    }
    #expect(calls == 0)

    var equalityBegan = false
    var identitiesBefore = 0
    ledger.onCall = { _ in equalityBegan = true }
    ledger.onIdentityTest = { _, _ in if !equalityBegan { identitiesBefore += 1 } }
    _ = try map.entry(of: ledger.key("7#1'"))
    #expect(equalityBegan)
    // The key of another tag is not looked at.
    #expect(identitiesBefore == count)
  }

  @Test func oneComparisonTakesTheTagsOfAFullArray() {
    #expect(Node<TestPolicy>.arrayLimit <= Tag.groupSize)
  }

  @Test func onlyKeysOfTheSamePathAreCompared() throws {
    let map = try ledger.map("31A 7*3 0 31B")
    for (name, expected) in [("7#1'", 1), ("7#3'", 3), ("7#9", 3), ("31A'", 1), ("31C", 0)] {
      let calls = try ledger.count(of: .areEqualKeys) { _ = try map.entry(of: ledger.key(name)) }
      #expect(calls == expected)
    }
  }

  @Test func storedKeysAreNeverHashed() throws {
    let map = try ledger.map("31A 7*3 0 31B")
    let calls = try ledger.count(of: .path) {
      _ = try map.applying(set("7#4"))
      _ = try map.applying(.remove(ledger.key("0")))
      _ = try map.entry(of: ledger.key("31A'"))
    }
    #expect(calls == 0)
  }

  @Test(arguments: [true, false])
  func oneEntryBeyondTheLimitMakesATrie(inPlace: Bool) throws {
    let fixture = try Fixture.named("array-of-eight")
    #expect(fixture.keys.count == Node<TestPolicy>.arrayLimit)
    let full = try ledger.map(fixture)
    let model = full.model
    #expect(full.root.node?.kind == .array)
    let trie = inPlace ? full : try full.applying(set("32"))
    if inPlace { try full.apply(set("32")) }
    trie.expect(model.applying(set("32"), ledger))
    #expect(
      trie.shape == """
        branch 9
          0: branch 2
            0: branch 2
              0: key 0
              1: key 001
          3: branch 3
            1: branch 2
              A: key 31A
              B: key 31B
            2: key 32
          7: collision 3
            key 7#
            key 7#
            key 7#
          V: key V

        """)
  }

  @Test func growingHashesAndComparesNothing() throws {
    let map = try ledger.map(Fixture.named("array-of-eight"))
    for call in [Ledger.Call.path, .matches, .areEqualKeys] {
      #expect(try ledger.count(of: call) { _ = try map.applying(set("32")) } == 0)
    }
  }

  @Test(arguments: [true, false])
  func theLastEntryLeavesTheEmptyMap(inPlace: Bool) throws {
    let map = try ledger.map("31A")
    let edit = Edit.remove(ledger.key("31A"))
    let empty = inPlace ? map : try map.applying(edit)
    if inPlace { try map.apply(edit) }
    #expect(empty.root.node == nil)
    #expect(empty.root.count == 0)
  }
}
