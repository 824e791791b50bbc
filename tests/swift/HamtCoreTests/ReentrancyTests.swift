// SPDX-License-Identifier: Apache-2.0

/// Foreign code that runs in the middle of an edit: destructors, hashes and equalities, and the cycle
/// collector, which an allocation may start. Whatever runs finds whole structures.

import Testing

@testable import HamtCore

@Suite(.ledger) struct ReentrancyTests {
  let ledger = Ledger.current

  // MARK: Destructors

  @Test(arguments: Fixture.all.filter { !$0.keys.isEmpty }, [true, false])
  func aDestructorSeesTheMapAfterTheEdit(fixture: Fixture, isShared: Bool) throws {
    var number = 0
    for name in fixture.keys {
      for edit in [Edit.remove(ledger.key(name)), .set(ledger.key(name), ledger.value("new"))] {
        number += 1
        let doomed = ledger.value("doomed \(number)")
        let map = try ledger.map(fixture)
        try map.apply(.set(ledger.key(name), doomed))
        ledger.letGo(doomed)
        let other = isShared ? map.copy() : nil
        let expected = map.model.applying(edit, ledger)

        var ended: [Token] = []
        ledger.onLastRelease = {
          ended.append($0)
          map.checkTree()
          #expect(map.model == expected)
        }
        try map.apply(edit)
        #expect(ended == (isShared ? [] : [doomed]))
        map.expect(expected)
        // The last holder is the other map, whose end leaves this one as it is.
        other?.drop()
        #expect(ended == [doomed])
        ledger.onLastRelease = nil
        map.drop()
      }
    }
  }

  @Test(arguments: ["array-of-eight", "nine-in-one-branch", "chain-left", "two-collisions"])
  func aDestructorMayEditTheMap(name: String) throws {
    let fixture = try Fixture.named(name)
    let map = try ledger.map(fixture)
    let first = ledger.key(fixture.keys[0])
    let last = ledger.key(fixture.keys[fixture.keys.count - 1])
    let doomed = ledger.value("doomed")
    try map.apply(.set(first, doomed))
    ledger.letGo(doomed)
    let edits: [Edit] = [.remove(last), .set(first, ledger.value("newer"))]
    var expected = map.model.applying(.set(first, ledger.value("new")), ledger)
    ledger.onLastRelease = { _ in
      for edit in edits {
        expected = expected.applying(edit, ledger)
        #expect(throws: Never.self) { try map.apply(edit) }
      }
    }
    try map.apply(.set(first, ledger.value("new")))
    map.expect(expected)
    #expect(try map.entry(of: first)?.value == ledger.value("newer"))
  }

  @Test(arguments: Fixture.all.filter { !$0.keys.isEmpty })
  func droppingAMapRunsEveryDestructorOnce(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    let elements = map.entries.flatMap { [$0.key, $0.value] }
    for element in elements {
      ledger.letGo(element)
    }
    var ended: [Token] = []
    ledger.onLastRelease = { ended.append($0) }
    map.drop()
    #expect(Set(ended) == Set(elements))
    #expect(ended.count == elements.count)
  }

  // MARK: Hashes and equalities

  @Test(arguments: Fixture.all)
  func hashesAndEqualitiesSeeTheMapBeforeTheEdit(fixture: Fixture) throws {
    for edit in ledger.edits(of: fixture, newValue: ledger.value("new")) {
      let map = try ledger.map(fixture)
      let image = map.image
      ledger.onCall = { call in
        if call == .allocateNode { return }
        #expect(map.image == image)
        map.checkTree()
      }
      try map.apply(edit)
      ledger.onCall = nil
      map.drop()
    }
  }

  /// Uniqueness is asked for after the search, in which somebody may have taken a copy.
  @Test(arguments: Fixture.all.filter { !$0.keys.isEmpty })
  func aCopyTakenByAnEqualityIsLeftAlone(fixture: Fixture) throws {
    var copyCount = 0
    for edit in ledger.edits(of: fixture, newValue: ledger.value("new")) {
      let map = try ledger.map(fixture)
      let model = map.model
      var copies: [TestMap] = []
      ledger.onCall = { call in
        if call != .allocateNode { copies.append(map.copy()) }
      }
      try map.apply(edit)
      ledger.onCall = nil
      for copy in copies {
        copy.expect(model)
        copy.check()
        copy.drop()
      }
      copyCount += copies.count
      map.expect(model.applying(edit, ledger))
      map.drop()
    }
    #expect(copyCount > 0)
  }

  // MARK: Collections

  @Test(arguments: Fixture.all)
  func aCollectionSeesTheOldMapAndCountsThatSuffice(fixture: Fixture) throws {
    let map = try ledger.map(fixture, trackedValues: { _ in true })
    let image = map.image
    var collections = 0
    var problems: Set<String> = []
    for value in [ledger.value("plain"), ledger.value("tracked", tracked: true)] {
      for edit in ledger.edits(of: fixture, newValue: value) {
        ledger.onCall = { call in
          guard call == .allocateNode else { return }
          collections += 1
          #expect(map.image == image)
          problems.formUnion(ledger.problemsForCollector(during: edit))
        }
        let new = try map.applying(edit)
        if new !== map { new.drop() }
      }
    }
    #expect(collections > 0)
    #expect(problems.isEmpty)
  }

  @Test(arguments: Fixture.all, [true, false])
  func inPlaceACollectionSeesCountsThatSuffice(fixture: Fixture, isTracked: Bool) throws {
    var problems: Set<String> = []
    for value in [ledger.value("plain"), ledger.value("tracked", tracked: true)] {
      for edit in ledger.edits(of: fixture, newValue: value) {
        let map = try ledger.map(fixture, trackedValues: { _ in isTracked })
        ledger.onCall = { call in
          guard call == .allocateNode else { return }
          problems.formUnion(ledger.problemsForCollector(during: edit))
        }
        try map.apply(edit)
        ledger.onCall = nil
        map.drop()
      }
    }
    #expect(problems.isEmpty)
  }

  @Test(arguments: Fixture.all)
  func whileBuildingACollectionSeesCountsThatSuffice(fixture: Fixture) throws {
    var problems: Set<String> = []
    ledger.onCall = { _ in problems.formUnion(ledger.problemsForCollector()) }
    _ = try ledger.map(fixture, trackedValues: { _ in true })
    #expect(problems.isEmpty)
  }
}
