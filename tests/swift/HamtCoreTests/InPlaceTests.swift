// SPDX-License-Identifier: Apache-2.0

/// Editing in place: what only the map holds is written to, what others hold is not.

import Testing

@testable import HamtCore

@Suite(.ledger) struct InPlaceTests {
  let ledger = Ledger.current

  /// The addresses of the nodes on the way to a key, the root first.
  private func way(to name: String, in map: TestMap) throws -> [UnsafeMutableRawPointer] {
    let path = ledger.path(of: ledger.key(name))
    var node = try #require(map.root.node)
    var way = [node.memory]
    while node.kind == .branch, node.childMap.contains(path.bucket(at: way.count - 1)) {
      node = node.children[node.childMap.slot(of: path.bucket(at: way.count - 1))]
      way.append(node.memory)
    }
    return way
  }

  private func set(_ name: String) -> Edit {
    .set(ledger.key(name), ledger.value("new"))
  }

  // MARK: Held by nobody else

  @Test(arguments: Fixture.all)
  func everyEditOfAMapOfOneOwnerGivesTheExpectedEntries(fixture: Fixture) throws {
    for edit in ledger.edits(of: fixture, newValue: ledger.value("new")) {
      let map = try ledger.map(fixture)
      let model = map.model
      map.expect(model)
      #expect(try map.apply(edit) == (model != model.applying(edit, ledger)))
      map.expect(model.applying(edit, ledger))
      map.drop()
      #expect(ledger.nodes.isEmpty)
    }
  }

  @Test func anAncestorIsWrittenTo() throws {
    let map = try ledger.trie("311 312 32 V")
    let before = try way(to: "311", in: map)
    try map.apply(set("313"))
    let after = try way(to: "311", in: map)
    #expect(after[0] == before[0])
    #expect(after[1] == before[1])
    #expect(after[2] != before[2])
    #expect(map.root.count == 5)
  }

  @Test func aValueIsWrittenWhereItIs() throws {
    let map = try ledger.trie("31*2 32 V")
    for name in ["31#2", "32", "V"] {
      let before = try way(to: name, in: map)
      #expect(try ledger.count(of: .allocateNode) { try map.apply(set(name)) } == 0)
      #expect(try way(to: name, in: map) == before)
    }
  }

  @Test func aValueOfAnArrayIsWrittenWhereItIs() throws {
    let map = try ledger.map("31 32 V")
    let before = map.root.memory
    try map.apply(set("32"))
    #expect(map.root.memory == before)
  }

  @Test func onlyTheLastNodeIsAllocatedAnew() throws {
    let map = try ledger.map(Fixture.named("chain-left"))
    for level in 0..<HashPath.levelCount {
      let name = String(repeating: "0", count: level) + "2"
      #expect(try ledger.count(of: .allocateNode) { try map.apply(set(name)) } == 1)
      let edit = Edit.remove(ledger.key(name))
      #expect(try ledger.count(of: .allocateNode) { try map.apply(edit) } == 1)
    }
  }

  // MARK: Held by others

  @Test(arguments: Fixture.all)
  func everyEditOfASharedMapLeavesTheOtherOwnerAlone(fixture: Fixture) throws {
    for edit in ledger.edits(of: fixture, newValue: ledger.value("new")) {
      let map = try ledger.map(fixture)
      let model = map.model
      let other = map.copy()
      let image = other.image
      try map.apply(edit)
      #expect(other.image == image)
      map.expect(model.applying(edit, ledger))
      other.expect(model)
      map.drop()
      other.check()
      other.drop()
    }
  }

  /// A version with one key more, which leaves the path of a key on a level, has its own nodes down to
  /// that level and shares those below.
  @Test(arguments: Fixture.all.filter { !$0.keys.isEmpty }, [0, 1, 2, 11])
  func everyEditLeavesVersionsAloneThatShareTheLowerLevels(
    fixture: Fixture, level: Int
  ) throws {
    for name in fixture.landmarks {
      let path = ledger.path(of: ledger.key(name)).diverging(at: level)
      for edit in ledger.edits(around: name, newValue: ledger.value("new")) {
        let map = try ledger.map(fixture)
        let model = map.model
        let other = try map.applying(set("\(path.text)#sharer"))
        let image = other.image
        try map.apply(edit)
        #expect(other.image == image)
        map.expect(model.applying(edit, ledger))
        other.expect(model.applying(set("\(path.text)#sharer"), ledger))
        map.drop()
        other.drop()
      }
    }
  }

  @Test func aSharedNodeIsCopiedBelowAncestorsThatAreNot() throws {
    let map = try ledger.trie("311 312 32 V")
    let other = try map.applying(set("33"))
    let before = try way(to: "311", in: map)
    #expect(try way(to: "311", in: other)[2] == before[2])
    try map.apply(set("313"))
    let after = try way(to: "311", in: map)
    #expect(after[..<2] == before[..<2])
    #expect(after[2] != before[2])
    #expect(try way(to: "311", in: other)[2] == before[2])
  }

  @Test func aSharedRootIsCopiedOnceAndThenEditedInPlace() throws {
    let map = try ledger.map(Fixture.named("nine-in-one-branch"))
    let other = map.copy()
    try map.apply(set("3"))
    #expect(map.root.memory != other.root.memory)
    let copied = map.root.memory
    try map.apply(set("4"))
    #expect(map.root.memory == copied)
  }

  @Test func anEditThatChangesNothingCopiesNothing() throws {
    let map = try ledger.map(Fixture.named("chain-left"))
    let other = map.copy()
    let key = ledger.key("01")
    #expect(try !map.apply(.set(key, ledger.firstValue(of: key))))
    #expect(try !map.apply(.remove(ledger.key("02"))))
    #expect(map.root.memory == other.root.memory)
  }
}
