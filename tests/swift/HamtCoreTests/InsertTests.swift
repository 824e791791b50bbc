// SPDX-License-Identifier: Apache-2.0

/// Setting keys: what becomes of the tree, and what stays.

import Testing

@testable import HamtCore

@Suite(.ledger) struct InsertTests {
  let ledger = Ledger.current

  private func set(_ name: String) -> Edit {
    .set(ledger.key(name), ledger.value("new"))
  }

  @Test(arguments: Fixture.all)
  func everyEditGivesTheExpectedEntriesAndLeavesTheOldMap(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    let model = map.model
    for edit in ledger.edits(of: fixture, newValue: ledger.value("new")) {
      let new = try map.applying(edit)
      new.expect(model.applying(edit, ledger))
      if new !== map { new.drop() }
      map.expect(model)
    }
  }

  @Test func aKeyGoesIntoAVacantBucket() throws {
    let map = try ledger.trie("31 32 V")
    #expect(
      try map.applying(set("30")).drawing == """
        branch 4
          3: branch 3
            0: key 30
            1: key 31
            2: key 32
          V: key V

        """)
  }

  @Test func anotherValueTakesThePlaceOfTheOldOne() throws {
    let map = try ledger.trie("31 32")
    let new = try map.applying(set("31"))
    #expect(try new.entry(of: ledger.key("31"))?.value == ledger.value("new"))
    #expect(try map.entry(of: ledger.key("31"))?.value == ledger.value("first of 31"))
    #expect(new.drawing == map.drawing)
  }

  @Test(arguments: Fixture.all)
  func theValueThatIsThereChangesNothing(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    for name in fixture.keys {
      let value = ledger.firstValue(of: ledger.key(name))
      for key in [ledger.key(name), ledger.key("\(name)'")] {
        let new = try ledger.failing(.allocateNode, at: 1) {
          try map.applying(.set(key, value))
        }
        #expect(new === map)
      }
    }
  }

  @Test(arguments: ["array-of-eight", "chain-left", "lone-collision"])
  func anEqualValueThatIsNotIdenticalIsStored(name: String) throws {
    let fixture = try Fixture.named(name)
    let map = try ledger.map(fixture)
    let key = ledger.key(fixture.keys[1])
    let value = ledger.value("first of \(fixture.keys[1])'")
    #expect(try ledger.count(of: .areEqual) { _ = try map.applying(.set(key, value)) } == 0)
    #expect(try map.applying(.set(key, value)).entry(of: key)?.value == value)
  }

  @Test(arguments: Fixture.all.filter { !$0.keys.isEmpty })
  func theFirstOfTwoEqualKeysIsKept(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    for name in fixture.keys {
      let new = try map.applying(set("\(name)'"))
      let pair = TestMap.Pair(key: ledger.key(name), value: ledger.value("new"))
      #expect(try new.entry(of: ledger.key("\(name)'")) == pair)
      new.drop()
    }
  }

  @Test(arguments: 1..<HashPath.levelCount)
  func keysPartOnTheLevelOfTheirFirstDifference(level: Int) throws {
    let zeros = String(repeating: "0", count: level)
    let map = try ledger.trie("V \(zeros)1")
    let new = try map.applying(set("\(zeros)2"))
    #expect(new.statistics.depthMax == level)
    #expect(new.statistics.branchNodes == level + 1)
    let single = (1..<level).map { String(repeating: "  ", count: $0) + "0: branch 2\n" }.joined()
    let indent = String(repeating: "  ", count: level)
    #expect(
      new.drawing == """
        branch 3
        \(single)\(indent)0: branch 2
        \(indent)  1: key \(zeros)1
        \(indent)  2: key \(zeros)2
          V: key V

        """)
  }

  @Test func aKeyOfTheSamePathMakesACollisionAtOnce() throws {
    let map = try ledger.trie("31A#1 V")
    #expect(
      try map.applying(set("31A#2")).drawing == """
        branch 3
          3: collision 2
            key 31A#1
            key 31A#2
          V: key V

        """)
  }

  @Test func aCollisionTakesFurtherKeysAtItsEnd() throws {
    let map = try ledger.trie("31*2 V")
    #expect(
      try map.applying(set("31#3")).drawing == """
        branch 4
          3: collision 3
            key 31#1
            key 31#2
            key 31#3
          V: key V

        """)
  }

  @Test func aKeyOfAnotherPathPushesACollisionDown() throws {
    let map = try ledger.trie("311*2 V")
    #expect(
      try map.applying(set("312")).drawing == """
        branch 4
          3: branch 3
            1: branch 3
              1: collision 2
                key 311#1
                key 311#2
              2: key 312
          V: key V

        """)
  }

  @Test func aCollisionIsPushedBelowTheLastBranchLevel() throws {
    let map = try ledger.trie("0000000000001*2 V")
    let new = try map.applying(set("0000000000002"))
    #expect(new.statistics.depthMax == HashPath.levelCount)
    #expect(new.statistics.branchNodes == HashPath.levelCount)
  }

  @Test func aPathThatLeavesACollisionOnALevelAboveStaysAway() throws {
    let map = try ledger.trie("31*2 32")
    #expect(
      try map.applying(set("33")).drawing == """
        branch 4
          3: branch 4
            1: collision 2
              key 31#1
              key 31#2
            2: key 32
            3: key 33

        """)
  }

  @Test func aBranchIsCopiedOnEveryLevelAndNoOther() throws {
    let map = try ledger.map(Fixture.named("chain-left"))
    for level in 0..<HashPath.levelCount {
      let edit = set(String(repeating: "0", count: level) + "2")
      #expect(try ledger.count(of: .allocateNode) { _ = try map.applying(edit) } == level + 1)
    }
  }

  @Test func onlyAKeyInTheWayIsComparedAndHashed() throws {
    let map = try ledger.trie("31 32 V")
    for (name, expected) in [("4", 0), ("33", 0), ("311", 1), ("V1", 1), ("31'", 1)] {
      #expect(try ledger.count(of: .matches) { _ = try map.applying(set(name)) } == expected)
    }
    #expect(try ledger.count(of: .path) { _ = try map.applying(set("311")) } == 1)
    #expect(try ledger.count(of: .path) { _ = try map.applying(set("31'")) } == 0)
  }
}
