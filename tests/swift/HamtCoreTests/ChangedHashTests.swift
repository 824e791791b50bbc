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

  /// The key lies where the colliding keys of the other map do, and says that it does not.
  @Test(arguments: [true, false])
  func aMergePutsAKeyBesideTheCollisionThatItLeft(keyIsMine: Bool) throws {
    let key = ledger.key("5")
    let path = ledger.path(of: key)
    for level in levels {
      let lone = try ledger.trie("5 V")
      let collision = try ledger.trie("5*2 V")
      ledger.changePath(of: key, to: path.diverging(at: level))
      let (mine, theirs) = keyIsMine ? (lone, collision) : (collision, lone)
      let union = try mine.merging(theirs, TestResolver(.theirs, in: ledger))
      #expect(union.root.count == 4)
      for name in ["5#1", "5#2", "V"] {
        #expect(try union.entry(of: ledger.key(name)) != nil)
      }
      ledger.changePath(of: key, to: path)
    }
  }
}
