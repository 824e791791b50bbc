// SPDX-License-Identifier: Apache-2.0

/// Setting, deleting and building.

import HamtCore

extension Program {
  mutating func set(_ place: Int, _ mode: Mode) throws(Failure) {
    let key = reader.key()
    try set(place, mode, key, reader.value())
  }

  mutating func setRun(_ place: Int) throws(Failure) {
    let (start, count, value) = (reader.key(), reader.count(upTo: 64), reader.value())
    for step in 0..<count {
      try set(place, .inPlace, start.neighbour(step), value)
    }
  }

  private mutating func set(
    _ place: Int, _ mode: Mode, _ key: Token, _ value: Token
  ) throws(Failure) {
    let entry = Entry(key: key, value: value)
    hold(entry)
    defer { letGo(entry) }
    let stored = versions[place].model[key.identity]
    var root = versions[place].root
    let outcome: EditOutcome<WorldPolicy>
    do throws(Failure) {
      outcome = try root.insert(
        entry, path: path(of: key), inPlace: mode == .inPlace, policy)
    } catch {
      keep(root, of: place, mode)
      throw error
    }
    let isHostile = world.pointee.isHostile
    guard case .changed(let isNewKey, let displaced) = outcome else {
      if stored?.value != value, !isHostile {
        world.pointee.report("a set leaves out a change")
      }
      keep(root, of: place, mode)
      return
    }
    if !isHostile, isNewKey != (stored == nil) || stored?.value == value {
      world.pointee.report("a set takes a key for new, or a value for another one")
    }
    finish(place, mode, root, displaced) {
      $0[key.identity] = Entry(key: stored?.key ?? key, value: value)
    }
  }

  mutating func delete(_ place: Int, _ mode: Mode) throws(Failure) {
    try delete(place, mode, reader.key())
  }

  mutating func deleteRun(_ place: Int) throws(Failure) {
    let (start, count) = (reader.key(), reader.count(upTo: 64))
    for step in 0..<count {
      try delete(place, .inPlace, start.neighbour(step))
    }
  }

  private mutating func delete(_ place: Int, _ mode: Mode, _ key: Token) throws(Failure) {
    world.pointee.hold(key)
    defer { policy.release(key) }
    let isThere = versions[place].model[key.identity] != nil
    var root = versions[place].root
    let outcome: EditOutcome<WorldPolicy>
    do throws(Failure) {
      outcome = try root.remove(key, path: path(of: key), inPlace: mode == .inPlace, policy)
    } catch {
      keep(root, of: place, mode)
      throw error
    }
    guard case .changed(_, let displaced) = outcome else {
      if isThere, !world.pointee.isHostile { world.pointee.report("a key is not deleted") }
      keep(root, of: place, mode)
      return
    }
    if !isThere, !world.pointee.isHostile {
      world.pointee.report("a key is deleted that was not there")
    }
    finish(place, mode, root, displaced) { $0[key.identity] = nil }
  }

  /// What an edit that changed nothing leaves: an edit in place may have moved the root.
  private mutating func keep(_ root: Root<WorldPolicy>, of place: Int, _ mode: Mode) {
    if mode == .inPlace {
      versions[place].root = root
    } else if root.memory != versions[place].root.memory {
      world.pointee.report("an edit that changed nothing gives a new root")
    }
  }

  private mutating func finish(
    _ place: Int, _ mode: Mode, _ root: Root<WorldPolicy>,
    _ displaced: Displaced<WorldPolicy>, _ change: (inout Model) -> Void
  ) {
    let isNoted = world.pointee.fault != .lostEdit
    guard mode == .inPlace else {
      var new = Version(root: root, model: versions[place].model)
      if isNoted { change(&new.model) }
      store(new, madeFrom: place, mode)
      return
    }
    versions[place].root = root
    if isNoted { change(&versions[place].model) }
    displaced.release(policy)
  }

  /// The path that a caller hands over. In a hostile world it need not be the one that the key was
  /// stored under.
  func path(of key: Token) -> HashPath {
    let path = world.pointee.path(of: key)
    return world.pointee.lies() ? HashPath(bits: path.bits ^ 1 << 62) : path
  }
}

// MARK: - Building

extension Program {
  mutating func buildFromKeys(_ place: Int) throws(Failure) {
    let (value, count) = (reader.value(), reader.count(upTo: 20))
    var entries: [Entry<Token>] = []
    for _ in 0..<count {
      entries.append(Entry(key: reader.key(), value: value))
    }
    try build(place, entries)
  }

  mutating func buildFromRun(_ place: Int) throws(Failure) {
    let (value, start) = (reader.value(), reader.key())
    let count = reader.count(upTo: World.namedKeys)
    try build(place, (0..<count).map { Entry(key: start.neighbour($0), value: value) })
  }

  mutating func buildBulk(_ place: Int) throws(Failure) {
    let value = reader.value()
    let keys = hasBulk ? World.namedKeys..<World.namedKeys + World.bulkKeys : 0..<World.namedKeys
    try build(place, keys.map { Entry(key: .key($0), value: value) })
  }

  private mutating func build(_ place: Int, _ entries: [Entry<Token>]) throws(Failure) {
    var seeds = entries.map { Seed(path: path(of: $0.key), entry: $0) }
    for entry in entries {
      hold(entry)
    }
    let policy = self.policy
    let built = seeds.withUnsafeMutableBufferPointer {
      buffer -> Result<Root<WorldPolicy>, Failure> in
      guard let start = buffer.baseAddress else { return .success(Root(nil)) }
      return Result { () throws(Failure) in
        try Root.build(start, count: buffer.count, policy)
      }
    }
    guard case .success(let root) = built else {
      for entry in entries {
        letGo(entry)
      }
      _ = try built.get()
      return
    }
    var model = Model(minimumCapacity: entries.count)
    for entry in entries {
      model[entry.key.identity] = entry
    }
    if try holdsEqualKeys(root, expected: model.count < entries.count) {
      root.release(policy)
    } else {
      replace(place, with: Version(root: root, model: model))
    }
  }

  /// Whether the keys that a map was built of are not all different. On failure the map is given up.
  private func holdsEqualKeys(
    _ root: Root<WorldPolicy>, expected: Bool
  ) throws(Failure) -> Bool {
    guard let node = root.node else { return false }
    do throws(Failure) {
      let found = try node.holdsEqualKeys(policy)
      if found != expected, !world.pointee.isHostile {
        world.pointee.report("equal keys among those of a new map are overlooked or made up")
      }
      return found || expected
    } catch {
      root.release(policy)
      throw error
    }
  }
}

// MARK: - References of the program

extension Program {
  /// An operation borrows what it is given, so somebody must hold it meanwhile.
  func hold(_ entry: Entry<Token>) {
    world.pointee.hold(entry.key)
    world.pointee.hold(entry.value)
  }

  func letGo(_ entry: Entry<Token>) {
    policy.release(entry.key)
    policy.release(entry.value)
  }
}

extension Token {
  /// The key so many identities further on, round their end.
  fileprivate func neighbour(_ distance: Int) -> Token {
    .key((identity + distance) % World.namedKeys, isTwin: number & 1 != 0)
  }
}
