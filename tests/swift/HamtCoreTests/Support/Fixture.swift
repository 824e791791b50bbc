// SPDX-License-Identifier: Apache-2.0

/// Named trees, and ways to plant a tree of given keys.

import Testing

@testable import HamtCore

struct Fixture: CustomTestStringConvertible, Sendable {
  enum Kind {
    /// What the keys make of themselves: nothing, an array, or a trie when there are too many for one.
    case map
    /// A trie, however few the keys are.
    case trie
  }

  let name: String
  let kind: Kind
  let keys: [String]

  init(_ name: String, _ kind: Kind, _ patterns: String) {
    self.name = name
    self.kind = kind
    keys = keyNames(patterns)
  }

  var testDescription: String { name }

  /// The keys around which tests edit: all, or four of many.
  var landmarks: [String] {
    if keys.isEmpty { return ["31A"] }
    return keys.count <= 6 ? keys : [0, 1, keys.count / 2, keys.count - 1].map { keys[$0] }
  }

  static func named(_ name: String) throws -> Fixture {
    try #require(all.first { $0.name == name })
  }

  static let all = [
    Fixture("empty", .map, ""),
    Fixture("single", .map, "31A"),
    Fixture("array-of-eight", .map, "31A 31B V 0 7*3 001"),
    Fixture("nine-in-one-branch", .map, "0 1 2 3 4 5 6 7 8"),
    Fixture(
      "chain-left", .trie,
      """
      1 01 001 0001 00001 000001 0000001 00000001 000000001 0000000001 00000000001 000000000001 \
      0000000000001 0
      """),
    Fixture("everything-on-level-2", .trie, "420 421 422 42A 42V"),
    Fixture("collision-at-level-1", .trie, "5*3 1 V"),
    Fixture("collision-below-chain-of-12", .trie, "000000000000F*2 0000000000001 1"),
    Fixture("collision-beside-entry", .trie, "31*2 32"),
    Fixture("two-collisions", .trie, "31*2 3A*3"),
    Fixture("lone-collision", .trie, "5*2"),
    Fixture(
      "full-node-of-32", .map,
      "0123456789ABCDEFGHIJKLMNOPQRSTUV".map(String.init).joined(separator: " ")),
    Fixture("deepest-level", .map, (0..<10).map { "000000000000\($0)" }.joined(separator: " ")),
  ]

  static let tries = all.filter { $0.kind == .trie || $0.keys.count > Node<TestPolicy>.arrayLimit }
}

extension Ledger {
  /// The value that a key of a fixture has.
  func firstValue(of key: Token) -> Token {
    value("first of \(name(of: key))")
  }

  /// A fixture, built as a whole. `trackedValues` says which of its keys, by their rank, get a tracked
  /// value.
  func map(
    _ fixture: Fixture, trackedValues isTracked: (Int) -> Bool = { _ in false }
  ) throws -> TestMap {
    let pairs = fixture.keys.enumerated().map { rank, name in
      let valueName = isTracked(rank) ? "tracked of \(name)" : "first of \(name)"
      return TestMap.Pair(
        key: key(name), value: value(valueName, tracked: isTracked(rank)))
    }
    return try build(pairs, fixture.kind)
  }

  /// A fixture with keys and values that are equal to its own, none of them identical.
  func twin(of fixture: Fixture, reversed: Bool = false) throws -> TestMap {
    let pairs = fixture.keys.map {
      TestMap.Pair(key: key("\($0)'"), value: value("first of \($0)'"))
    }
    return try build(reversed ? pairs.reversed() : pairs, fixture.kind)
  }

  /// The map of these keys, each with its first value.
  func map(_ patterns: String) throws -> TestMap {
    try map(Fixture(patterns, .map, patterns))
  }

  /// The same as a trie, however few the keys are; at least two.
  func trie(_ patterns: String) throws -> TestMap {
    try map(Fixture(patterns, .trie, patterns))
  }

  /// A map built as a whole. When that fails the references to the pairs are given up.
  func build(_ pairs: [TestMap.Pair], _ kind: Fixture.Kind) throws(Failure) -> TestMap {
    var seeds = pairs.map {
      Seed(path: path(of: $0.key), entry: Entry(key: $0.key, value: $0.value))
    }
    for seed in seeds {
      policy.retain(seed.entry)
    }
    let policy = policy
    let result = seeds.withUnsafeMutableBufferPointer {
      buffer -> Result<Root<TestPolicy>, Failure> in
      guard let start = buffer.baseAddress, !buffer.isEmpty else { return .success(Root(nil)) }
      return Result { () throws(Failure) in
        switch kind {
        case .map: try Root.build(start, count: buffer.count, policy)
        case .trie:
          Root(
            try Node.build(start, count: buffer.count, level: 0, mayTrack: true, policy))
        }
      }
    }
    guard case .success(let root) = result else {
      for seed in seeds {
        policy.release(seed.entry)
      }
      return try TestMap(result.get(), in: self)
    }
    let map = TestMap(root, in: self)
    map.check()
    return map
  }

  /// The map or the trie of these keys in this order, made by setting one key after the other in place.
  ///
  /// A trie starts from strangers in other buckets of the root, which are removed in the end.
  func mapBySetting(_ names: [String], _ kind: Fixture.Kind) throws -> TestMap {
    let map = TestMap(Root(nil), in: self)
    let roots = Set(names.compactMap(\.first))
    let strangers =
      kind == .map
      ? [] : "ABCDEFGHIJKLMNOPQRSTU".filter { !roots.contains($0) }.map { key("\($0)#stranger") }
    for key in strangers + names.map({ key($0) }) {
      try map.apply(.set(key, firstValue(of: key)))
    }
    for key in strangers {
      try map.apply(.remove(key))
    }
    return map
  }
}

extension Ledger {
  /// Edits at every place where the tree of a fixture can change.
  func edits(of fixture: Fixture, newValue: Token) -> [Edit] {
    fixture.landmarks.flatMap { edits(around: $0, newValue: newValue) }
  }

  /// Edits around one key: it is removed, set to its value, to another value, set by an equal key; and
  /// keys are set and removed that are not there: one of its path, and for each level one that leaves
  /// its path there.
  func edits(around name: String, newValue: Token) -> [Edit] {
    let stored = key(name)
    let equal = key("\(name)'")
    let path = path(of: stored)
    let neighbours =
      [key("\(path.text)#other")]
      + (0..<HashPath.levelCount).map { key("\(path.diverging(at: $0).text)#new") }
    return [
      .remove(stored), .remove(equal), .set(stored, firstValue(of: stored)),
      .set(stored, newValue), .set(equal, newValue),
    ] + neighbours.map { .set($0, newValue) } + neighbours.map { .remove($0) }
  }
}
