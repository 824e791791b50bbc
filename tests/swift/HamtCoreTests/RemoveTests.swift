// SPDX-License-Identifier: Apache-2.0

/// Removing keys, and the folding that follows.

import Testing

@testable import HamtCore

@Suite(.ledger) struct RemoveTests {
  let ledger = Ledger.current

  private func removing(_ name: String, from map: TestMap) throws -> TestMap {
    try map.applying(.remove(ledger.key(name)))
  }

  @Test func aBucketBecomesVacant() throws {
    let map = try ledger.trie("31 32 33 V")
    #expect(
      try removing("32", from: map).drawing == """
        branch 3
          3: branch 2
            1: key 31
            3: key 33
          V: key V

        """)
    map.expect(map.model)
  }

  @Test(arguments: Fixture.all)
  func anAbsentKeyLeavesTheSameMap(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    for name in fixture.landmarks {
      let path = ledger.path(of: ledger.key(name))
      #expect(try removing("\(path.text)#other", from: map) === map)
      for level in 0..<HashPath.levelCount {
        #expect(try removing("\(path.diverging(at: level).text)#new", from: map) === map)
      }
    }
  }

  @Test(arguments: Fixture.all)
  func anEqualKeyRemovesTheStoredOne(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    for name in fixture.keys {
      let edit = Edit.remove(ledger.key("\(name)'"))
      try map.applying(edit).expect(map.model.applying(edit, ledger))
    }
  }

  @Test func aLoneEntryIsFoldedIntoItsParent() throws {
    let map = try ledger.trie("31 32 V")
    #expect(
      try removing("31", from: map).drawing == """
        branch 2
          3: key 32
          V: key V

        """)
  }

  @Test(arguments: 1..<HashPath.levelCount)
  func aLoneEntryIsFoldedUpOverBranchesOfOneChild(level: Int) throws {
    let zeros = String(repeating: "0", count: level)
    let map = try ledger.trie("V \(zeros)1 \(zeros)2")
    #expect(
      try removing("\(zeros)1", from: map).drawing == """
        branch 2
          0: key \(zeros)2
          V: key V

        """)
  }

  @Test func foldingStopsAtABranchThatHoldsSomethingElse() throws {
    let map = try ledger.trie("3111 3112 32 V")
    #expect(
      try removing("3111", from: map).drawing == """
        branch 3
          3: branch 2
            1: key 3112
            2: key 32
          V: key V

        """)
  }

  @Test func foldingStopsAtABranchWithAnotherChild() throws {
    let map = try ledger.trie("3111 3112 321 322 V")
    #expect(
      try removing("3111", from: map).drawing == """
        branch 4
          3: branch 3
            1: key 3112
            2: branch 2
              1: key 321
              2: key 322
          V: key V

        """)
  }

  @Test func aCollisionOfTwoBecomesAnEntry() throws {
    let map = try ledger.trie("31*2 32 V")
    #expect(
      try removing("31#1", from: map).drawing == """
        branch 3
          3: branch 2
            1: key 31#2
            2: key 32
          V: key V

        """)
  }

  @Test func theLastEntryOfACollisionIsFoldedUpOverManyLevels() throws {
    let map = try ledger.trie("0000000000001*2 0000000000002 V")
    let two = try removing("0000000000002", from: map)
    #expect(
      two.drawing == """
        branch 3
          0: collision 2
            key 0000000000001#1
            key 0000000000001#2
          V: key V

        """)
    #expect(
      try removing("0000000000001#2", from: two).drawing == """
        branch 2
          0: key 0000000000001#1
          V: key V

        """)
  }

  @Test func aCollisionOfThreeStaysOne() throws {
    let map = try ledger.trie("31*3 V")
    #expect(
      try removing("31#2", from: map).drawing == """
        branch 3
          3: collision 2
            key 31#1
            key 31#3
          V: key V

        """)
  }

  @Test func aLoneCollisionIsFoldedIntoItsParent() throws {
    let map = try ledger.trie("311*2 32 V")
    #expect(
      try removing("32", from: map).drawing == """
        branch 3
          3: collision 2
            key 311#1
            key 311#2
          V: key V

        """)
  }

  @Test func aBranchBesideNothingElseIsNotFolded() throws {
    let map = try ledger.trie("311 312 32 V")
    #expect(
      try removing("32", from: map).drawing == """
        branch 3
          3: branch 2
            1: branch 2
              1: key 311
              2: key 312
          V: key V

        """)
  }

  @Test func twoCollisionsAreNotFolded() throws {
    let map = try ledger.trie("31*2 3A*3")
    #expect(
      try removing("3A#3", from: map).drawing == """
        branch 4
          3: branch 4
            1: collision 2
              key 31#1
              key 31#2
            A: collision 2
              key 3A#1
              key 3A#2

        """)
  }

  @Test func theRootKeepsALoneCollision() throws {
    let map = try ledger.trie("31*2 V")
    #expect(
      try removing("V", from: map).drawing == """
        branch 2
          3: collision 2
            key 31#1
            key 31#2

        """)
  }

  @Test func theRootKeepsALoneEntryThatWasFoldedUp() throws {
    let map = try ledger.trie("31*2")
    #expect(
      try removing("31#1", from: map).drawing == """
        branch 1
          3: key 31#2

        """)
  }

  @Test func theLastEntryLeavesTheEmptyMap() throws {
    let map = try removing("31", from: ledger.trie("31 V"))
    #expect(try removing("V", from: map).root.node == nil)
    #expect(try map.apply(.remove(ledger.key("V"))))
    #expect(map.root.node == nil)
  }

  @Test(arguments: Fixture.tries)
  func aTrieStaysOneDownToItsLastEntry(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    for name in fixture.keys.dropLast() {
      #expect(try map.apply(.remove(ledger.key(name))))
      #expect(map.root.node?.kind == .branch)
    }
  }

  @Test(arguments: Fixture.tries)
  func theShapeIsThatOfATrieThatNeverHadTheKey(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    for name in fixture.keys where fixture.keys.count > 2 {
      let rest = fixture.keys.filter { $0 != name }.joined(separator: " ")
      #expect(try removing(name, from: map).drawing == ledger.trie(rest).drawing)
    }
  }

  @Test func noKeyIsHashed() throws {
    let map = try ledger.trie("31 32 4*2 V")
    // Keys that are there, one of a vacant bucket, and two that meet another key.
    for name in ["31", "4#1", "V", "5", "311", "41"] {
      #expect(try ledger.count(of: .path) { _ = try removing(name, from: map) } == 0)
    }
  }
}
