// SPDX-License-Identifier: Apache-2.0

/// Keys that change their hash while a map holds them. They may be lost, but nothing else may.

import Testing

@testable import HamtCore

@Suite(.ledger) struct ChangedHashTests {
  let ledger = Ledger.current

  private let levels = [0, 1, 2, 11, 12]

  /// The keys of a fixture, but one, are found in a map.
  private func expectAll(of fixture: Fixture, except lost: String, in map: TestMap) throws {
    for name in fixture.keys where name != lost {
      #expect(try map.entry(of: ledger.key(name)) != nil)
    }
  }

  @Test(arguments: Fixture.all, [true, false])
  func editsGoOnAndLoseNothingElse(fixture: Fixture, inPlace: Bool) throws {
    for name in fixture.keys.prefix(2) {
      let key = ledger.key(name)
      let path = ledger.path(of: key)
      let edits = ledger.edits(around: name, newValue: ledger.value("new"))
      for level in levels {
        for edit in edits {
          let map = try ledger.map(fixture)
          ledger.changePath(of: key, to: path.diverging(at: level))
          let new = inPlace ? map : try map.applying(edit)
          if inPlace { try map.apply(edit) }
          try expectAll(of: fixture, except: name, in: new)
          ledger.changePath(of: key, to: path)
          map.drop()
          new.drop()
        }
      }
    }
  }

  @Test(arguments: Fixture.all, Fixture.all)
  func mergesGoOnAndLoseNothingElse(first: Fixture, second: Fixture) throws {
    for name in Set(first.keys.prefix(2) + second.keys.suffix(1)).sorted() {
      let key = ledger.key(name)
      let path = ledger.path(of: key)
      for level in levels {
        let mine = try ledger.map(first)
        let theirs = try ledger.map(second)
        ledger.changePath(of: key, to: path.diverging(at: level))
        let union = try mine.merging(theirs, TestResolver(.theirs, in: ledger))
        try expectAll(of: first, except: name, in: union)
        try expectAll(of: second, except: name, in: union)
        _ = try mine.changes(to: theirs)
        ledger.changePath(of: key, to: path)
        for map in [mine, theirs, union] {
          map.drop()
        }
      }
    }
  }
}
