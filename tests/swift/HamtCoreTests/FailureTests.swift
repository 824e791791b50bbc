// SPDX-License-Identifier: Apache-2.0

/// Every allocation and every callback of every operation fails once: after each failure the maps are as
/// they were, nothing leaks, and the operation succeeds when it is tried again.

import Testing

@testable import HamtCore

@Suite(.ledger) struct FailureTests {
  /// Who else holds the nodes of the map that is edited.
  enum Mode: CaseIterable {
    /// The edit makes a new version.
    case persistent
    /// The map is edited in place and nobody else holds a node of it.
    case alone
    /// In place, while another map has the same root.
    case sharedRoot
    /// In place, while another version holds all nodes below the root, or below level 1.
    case sharedBelowRoot
    case sharedBelowLevelOne
  }

  let ledger = Ledger.current

  /// Another holder of nodes of the map, on the way to a key.
  private func sharer(of map: TestMap, _ mode: Mode, near name: String) throws -> TestMap? {
    func version(leavingAt level: Int) throws -> TestMap {
      let path = ledger.path(of: ledger.key(name)).diverging(at: level)
      return try map.applying(.set(ledger.key("\(path.text)#sharer"), ledger.value("sharer")))
    }
    switch mode {
    case .persistent, .alone: return nil
    case .sharedRoot: return map.copy()
    case .sharedBelowRoot: return try version(leavingAt: 0)
    case .sharedBelowLevelOne: return try version(leavingAt: 1)
    }
  }

  @Test(arguments: Fixture.all, Mode.allCases)
  func aFailedEditLeavesEveryMapAsItWas(fixture: Fixture, mode: Mode) throws {
    var failures = 0
    for name in fixture.landmarks {
      for value in [ledger.value("plain"), ledger.value("tracked", tracked: true)] {
        for edit in ledger.edits(around: name, newValue: value) {
          failures += try failEach(in: edit, of: fixture, mode, near: name)
        }
      }
    }
    #expect(failures > 0)
  }

  private func failEach(
    in edit: Edit, of fixture: Fixture, _ mode: Mode, near name: String
  ) throws -> Int {
    let map = try ledger.map(fixture)
    let model = map.model
    map.expect(model)
    let other = try sharer(of: map, mode, near: name)
    let images = [map.image, other?.image]
    var result = map
    let failures = try ledger.failEach {
      if mode == .persistent {
        result = try map.applying(edit)
      } else {
        try map.apply(edit)
      }
    } verify: {
      map.expect(model)
      #expect(other?.image == images[1])
      if mode == .persistent { #expect(map.image == images[0]) }
    }
    result.expect(model.applying(edit, ledger))
    #expect(other?.image == images[1])
    if mode == .persistent { #expect(map.image == images[0]) }
    for map in [map, result, other] {
      map?.drop()
    }
    #expect(ledger.nodes.isEmpty)
    return failures
  }

  /// The edits above meet every kind of callback; here each kind is seen to stop one.
  @Test(arguments: [
    (Ledger.Call.path, "31", "32"), (.matches, "31", "32"), (.matches, "31", "31'"),
    (.areEqualKeys, "5#1", "5#9"),
  ])
  func aFailingCallbackStopsAnEdit(call: Ledger.Call, stored: String, set: String) throws {
    let map = try ledger.trie("\(stored) 5#2 V")
    let edit = Edit.set(ledger.key(set), ledger.value("new"))
    let failures = try ledger.failEach(call) {
      _ = try map.applying(edit)
    } verify: {
      map.check()
    }
    #expect(failures > 0)
  }

  @Test(arguments: Fixture.all)
  func aFailedComparisonLeavesBothMapsAsTheyWere(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    let twin = try ledger.twin(of: fixture)
    let images = [map.image, twin.image]
    var failures: [Ledger.Call: Int] = [:]
    for call in [Ledger.Call.path, .matches, .areEqualKeys, .areEqual] {
      failures[call] = try ledger.failEach(call) {
        let areEqual = try map.root.isEqual(to: twin.root, ledger.policy)
        #expect(areEqual)
      } verify: {
        map.check()
        #expect([map.image, twin.image] == images)
      }
    }
    #expect(failures[.areEqual] == fixture.keys.count)
    #expect(failures.values.reduce(0, +) > fixture.keys.count || fixture.keys.isEmpty)
  }

  @Test(arguments: Fixture.all)
  func aFailedHashCanBeTakenAgain(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    let failures = try ledger.failEach(.contribution) {
      _ = try map.root.contributions(ledger.policy)
    } verify: {
      map.check()
    }
    #expect(failures > 0 || fixture.keys.isEmpty)
    map.expect(map.model)
  }

  @Test func aSwiftMapIsAsItWasAfterAFailure() throws {
    var failures = 0
    for name in ["31A", "31B", "31#2", "5#1'", "V", "5#3"] {
      for isRemoval in [true, false] {
        var map = PersistentMap(policy: ledger.policy)
        for key in ledger.keys("31A 5*2 0 1 2 3 4 6 7") {
          try map.insert(key, ledger.value("first"))
        }
        let shared = map.copy()
        let count = map.count
        failures += try ledger.failEach {
          if isRemoval {
            _ = try map.removing(ledger.key(name))
            try map.remove(ledger.key(name))
          } else {
            _ = try map.inserting(ledger.key(name), ledger.value("new"))
            try map.insert(ledger.key(name), ledger.value("new"))
          }
        } verify: {
          #expect(map.count == count)
          #expect(shared.count == count)
          let areEqual = try ledger.inspecting { try map.isEqual(to: shared) }
          #expect(areEqual)
        }
        // The first removal gives the map a root of its own, which the second one edits.
        try map.remove(ledger.key("1"))
        try map.remove(ledger.key("2"))
        #expect(shared.count == count)
      }
    }
    #expect(failures > 0)
    #expect(ledger.nodes.isEmpty)
  }
}
