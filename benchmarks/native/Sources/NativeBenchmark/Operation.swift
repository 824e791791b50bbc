// SPDX-License-Identifier: Apache-2.0

/// What is measured: for each operation what comes before the clock starts, what is timed, which answer
/// it must have, and how the base becomes again what it was.

enum Operation: String, CaseIterable {
  case build
  case insertFromEmpty = "insert_from_empty"
  case insertInPlace = "insert_in_place"
  case insertPersistent = "insert_persistent"
  case keepVersions = "keep_versions"
  case replaceInPlace = "replace_in_place"
  case replacePersistent = "replace_persistent"
  case findHit = "find_hit"
  case findMiss = "find_miss"
  case deleteInPlace = "delete_in_place"
  case deletePersistent = "delete_persistent"
  case iterate

  var title: String {
    switch self {
    case .build: return "build from entries that are known to be different"
    case .insertFromEmpty: return "insert all entries, one by one, in place"
    case .insertInPlace: return "insert a tenth more entries in place"
    case .insertPersistent: return "insert, the old version kept, the new one dropped"
    case .keepVersions: return "insert, each version made of the last one, all kept"
    case .replaceInPlace: return "replace a value in place"
    case .replacePersistent: return "replace a value, the old version kept, the new one dropped"
    case .findHit: return "find a key that is there"
    case .findMiss: return "find no key"
    case .deleteInPlace: return "delete a tenth of the entries in place"
    case .deletePersistent: return "delete, the old version kept, the new one dropped"
    case .iterate: return "visit an entry"
    }
  }

  /// The salt of values that replace others.
  private static let salt: UInt64 = 0x5A5A_5A58

  /// Operations of one run, by which its time is divided.
  func count(_ keys: KeySet) -> Int {
    switch self {
    case .build, .insertFromEmpty, .findHit, .findMiss, .iterate: return keys.count
    default: return keys.sample.present.count
    }
  }

  /// Runs the operation once on a base of the present keys, which it has again afterwards.
  ///
  /// - Parameter thoroughly: whether the contents of maps are compared too, not the answer alone.
  /// - Returns: the time of the operation alone.
  func run(
    _ contender: any Contender, _ keys: KeySet, thoroughly: Bool
  ) throws -> Duration {
    let clock = ContinuousClock()
    let added = keys.sample.absent
    let taken = keys.sample.present
    let salt = Self.salt
    let time: Duration
    switch self {
    case .build:
      contender.reset()
      time = try clock.measure { try contender.build(keys.present) }

    case .insertFromEmpty:
      contender.reset()
      var new = 0
      time = try clock.measure { new = try contender.insert(keys.present, salt: 0) }
      try expect(new, keys.count, "new keys")

    case .insertInPlace:
      var new = 0
      time = try clock.measure { new = try contender.insert(added, salt: 0) }
      try expect(new, added.count, "new keys")
      try expect(contender.count, keys.count + added.count, "entries")
      if thoroughly {
        try expect(contender.find(added), sum(added, salt: 0), "new entries")
        try expect(contender.find(taken), sum(taken, salt: 0), "old entries")
      }
      try expect(contender.remove(added), added.count, "keys that leave")

    case .insertPersistent:
      var total = 0
      time = try clock.measure { total = try contender.insertPersistently(added, salt: 0) }
      try expect(total, added.count * (keys.count + 1), "entries of all versions")
      if thoroughly { try checkVersion(contender, keys, inserting: added[0], salt: 0) }

    case .keepVersions:
      var total = 0
      time = try clock.measure {
        total = try contender.keepVersions(inserting: added, salt: 0)
      }
      let sizes = (1...added.count).reduce(0) { $0 + keys.count + $1 }
      try expect(total, sizes, "entries of all versions")
      if thoroughly {
        try expect(contender.findInLastVersion(added), sum(added, salt: 0), "new entries")
        try expect(contender.find(added), Sum(), "new entries of the base")
      }
      try contender.dropVersions()

    case .replaceInPlace:
      var new = 0
      time = try clock.measure { new = try contender.insert(taken, salt: salt) }
      try expect(new, 0, "new keys")
      if thoroughly { try expect(contender.find(taken), sum(taken, salt: salt), "new values") }
      try expect(contender.insert(taken, salt: 0), 0, "new keys")

    case .replacePersistent:
      var total = 0
      time = try clock.measure { total = try contender.insertPersistently(taken, salt: salt) }
      try expect(total, taken.count * keys.count, "entries of all versions")
      if thoroughly { try checkVersion(contender, keys, inserting: taken[0], salt: salt) }

    case .findHit:
      var found = Sum()
      time = try clock.measure { found = try contender.find(keys.shuffled) }
      try expect(found, sum(keys.present, salt: 0), "values")

    case .findMiss:
      var found = Sum()
      time = try clock.measure { found = try contender.find(keys.absent) }
      try expect(found, Sum(), "values")

    case .deleteInPlace:
      var removed = 0
      time = try clock.measure { removed = try contender.remove(taken) }
      try expect(removed, taken.count, "keys that leave")
      try expect(contender.count, keys.count - taken.count, "entries")
      if thoroughly { try expect(contender.find(taken), Sum(), "entries that left") }
      try expect(contender.insert(taken, salt: 0), taken.count, "new keys")

    case .deletePersistent:
      var total = 0
      time = try clock.measure { total = try contender.removePersistently(taken) }
      try expect(total, taken.count * (keys.count - 1), "entries of all versions")
      if thoroughly {
        try expect(
          contender.keepVersions(removing: [taken[0]]), keys.count - 1, "entries of a version")
        let rest = Array(keys.shuffled.dropFirst())
        try expect(contender.findInLastVersion(keys.shuffled), sum(rest, salt: 0), "the rest")
      }

    case .iterate:
      var visited: Sum?
      time = clock.measure { visited = contender.iterate() }
      try expect(visited, entrySum(keys.present), "entries")
    }
    try expect(contender.count, keys.count, "entries of the base")
    if thoroughly { try checkBase(contender, keys) }
    return time
  }

  /// Compares the base with the keys that it must have.
  private func checkBase(_ contender: any Contender, _ keys: KeySet) throws {
    try expect(contender.find(keys.shuffled), sum(keys.present, salt: 0), "values of the base")
    try expect(contender.find(keys.absent), Sum(), "absent keys of the base")
    try expect(contender.iterate(), entrySum(keys.present), "entries of the base")
  }

  /// Compares a version with the keys that it must have.
  private func checkVersion(
    _ contender: any Contender, _ keys: KeySet, inserting key: UInt64, salt: UInt64
  ) throws {
    _ = try contender.keepVersions(inserting: [key], salt: salt)
    let others = keys.shuffled.filter { $0 != key }
    var expected = sum(others, salt: 0)
    expected.add(value(of: key, salt: salt))
    try expect(contender.findInLastVersion(others + [key]), expected, "values of a version")
  }
}

/// What lookups of present keys add up to.
private func sum(_ keys: [UInt64], salt: UInt64) -> Sum {
  var sum = Sum()
  for key in keys {
    sum.add(value(of: key, salt: salt))
  }
  return sum
}

/// What a walk adds up to.
private func entrySum(_ keys: [UInt64]) -> Sum {
  var sum = Sum()
  for key in keys {
    sum.add(key ^ value(of: key, salt: 0))
  }
  return sum
}

struct WrongAnswer: Error, CustomStringConvertible {
  let description: String
}

private func expect<T: Equatable>(_ answer: T, _ expected: T, _ what: String) throws {
  if answer != expected {
    throw WrongAnswer(description: "\(what): \(answer), not \(expected)")
  }
}
