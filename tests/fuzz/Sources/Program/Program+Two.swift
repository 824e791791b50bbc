// SPDX-License-Identifier: Apache-2.0

/// Merging and comparing two versions.

import HamtCore

// MARK: - Merging

/// Chooses a value, and counts how often it is asked.
private final class Resolver: MergeResolver {
  enum Choice: UInt8 {
    case mine
    case theirs
    case other
    /// One or the other, by the key.
    case mixed
  }

  let policy: WorldPolicy
  let choice: Choice
  private(set) var calls = 0

  init(_ choice: Choice, _ policy: WorldPolicy) {
    self.choice = choice
    self.policy = policy
  }

  func choose(_ key: Token, mine: Token, theirs: Token) -> Token {
    switch choice {
    case .mine: mine
    case .theirs: theirs
    case .other: .value(5)
    case .mixed: key.identity & 1 == 0 ? mine : theirs
    }
  }

  func value(of key: Token, mine: Token, theirs: Token) throws(Failure) -> Token {
    try policy.world.pointee.noteCallback()
    if mine == theirs {
      policy.world.pointee.report("a choice between identical values is asked for")
    }
    calls += 1
    let value = choose(key, mine: mine, theirs: theirs)
    policy.world.pointee.hold(value)
    return value
  }
}

extension Program {
  mutating func merge(_ place: Int, _ mode: Mode) throws(Failure) {
    let (mine, theirs) = (versions[place], otherVersion())
    let resolver = Resolver(Resolver.Choice(rawValue: reader.byte() & 3) ?? .mine, policy)
    let root = try mine.root.merging(theirs.root, resolver, policy)
    var model = mine.model
    var conflicts = 0
    for (identity, entry) in theirs.model {
      guard let stored = mine.model[identity] else {
        model[identity] = entry
        continue
      }
      if stored.value == entry.value { continue }
      conflicts += 1
      let value = resolver.choose(stored.key, mine: stored.value, theirs: entry.value)
      model[identity] = Entry(key: stored.key, value: value)
    }
    if resolver.calls != conflicts, !world.pointee.isHostile {
      world.pointee.report("a merge does not ask for each conflict once")
    }
    store(Version(root: root, model: model), madeFrom: place, mode)
  }
}

// MARK: - Comparing

/// What a walk over a difference was told.
private struct Visitor: DifferenceVisitor {
  struct Change {
    var first: Entry<Token>?
    var second: Entry<Token>?
  }

  let policy: WorldPolicy
  private(set) var changes: [Int: Change] = [:]

  init(_ policy: WorldPolicy) {
    self.policy = policy
  }

  private mutating func note(_ key: Token, _ change: Change) throws(Failure) {
    try policy.world.pointee.noteCallback()
    if changes.updateValue(change, forKey: key.identity) != nil, !policy.world.pointee.isHostile {
      policy.world.pointee.report("a difference names a key twice")
    }
  }

  mutating func onlyInFirst(_ entry: Entry<Token>) throws(Failure) {
    try note(entry.key, Change(first: entry))
  }

  mutating func onlyInSecond(_ entry: Entry<Token>) throws(Failure) {
    try note(entry.key, Change(second: entry))
  }

  mutating func inBoth(_ first: Entry<Token>, _ second: Entry<Token>) throws(Failure) {
    try note(first.key, Change(first: first, second: second))
  }
}

extension Program {
  mutating func takeDifference(_ place: Int) throws(Failure) {
    let (first, second) = (versions[place], otherVersion())
    var visitor = Visitor(policy)
    try first.root.difference(from: second.root, &visitor, policy)
    if world.pointee.isHostile { return }
    var expected = 0
    for (identity, entry) in first.model {
      let other = second.model[identity]
      if other?.value == entry.value { continue }
      expected += 1
      expectChange(visitor.changes[identity], entry, other)
    }
    for (identity, entry) in second.model where first.model[identity] == nil {
      expected += 1
      expectChange(visitor.changes[identity], nil, entry)
    }
    if visitor.changes.count != expected {
      world.pointee.report("a difference names a key that does not differ")
    }
  }

  private func expectChange(
    _ change: Visitor.Change?, _ first: Entry<Token>?, _ second: Entry<Token>?
  ) {
    guard let change, Self.areSame(change.first, first), Self.areSame(change.second, second) else {
      world.pointee.report("a difference leaves a key out, or has other entries for it")
      return
    }
  }

  private static func areSame(_ a: Entry<Token>?, _ b: Entry<Token>?) -> Bool {
    a?.key == b?.key && a?.value == b?.value
  }

  /// Maps are equal when their dictionaries are.
  mutating func compare(_ place: Int) throws(Failure) {
    let (first, second) = (versions[place], otherVersion())
    let areEqual = try first.root.isEqual(to: second.root, policy)
    if world.pointee.isHostile { return }
    // A value that does not equal itself is equal where it is; one root is not looked into.
    let expected =
      first.model.count == second.model.count
      && first.model.allSatisfy { identity, entry in
        second.model[identity].map { $0.value == entry.value || $0.value.equals(entry.value) }
          ?? false
      }
    if areEqual != expected {
      world.pointee.report("an equality is not that of the entries")
    }
  }

  /// What two versions share is in both, and all of a map is shared with itself.
  mutating func measureSharing(_ place: Int) {
    let (first, second) = (versions[place], otherVersion())
    guard let node = first.root.node, let other = second.root.node else { return }
    var shared = Statistics()
    node.addShared(with: other, to: &shared, policy)
    if shared.entries > Swift.min(first.root.count, second.root.count) {
      world.pointee.report("two maps share more entries than one of them has")
    }
    if node.memory == other.memory, shared.entries != first.root.count {
      world.pointee.report("a map does not share all of itself")
    }
  }
}
