// SPDX-License-Identifier: Apache-2.0

/// Merging two maps and walking over their difference.

import Testing

@testable import HamtCore

/// Chooses between two values by their model, and counts the keys that it is asked about.
final class TestResolver: MergeResolver {
  enum Choice: CaseIterable {
    case mine
    case theirs
    case other
  }

  let ledger: Ledger
  let choice: Choice
  private(set) var keys: [Token] = []

  init(_ choice: Choice, in ledger: Ledger) {
    self.choice = choice
    self.ledger = ledger
  }

  func choose(mine: Token, theirs: Token) -> Token {
    switch choice {
    case .mine: mine
    case .theirs: theirs
    case .other: ledger.value("chosen")
    }
  }

  func value(of key: Token, mine: Token, theirs: Token) throws(Failure) -> Token {
    try ledger.note(.resolve)
    if mine == theirs { ledger.report("a choice between identical values is asked for") }
    keys.append(key)
    let value = choose(mine: mine, theirs: theirs)
    ledger.retain(value)
    return value
  }
}

/// What a walk over a difference was told.
struct TestVisitor: DifferenceVisitor {
  struct Change: Hashable {
    var first: TestMap.Pair?
    var second: TestMap.Pair?
  }

  let ledger: Ledger
  private(set) var changes: [Change] = []

  init(in ledger: Ledger) {
    self.ledger = ledger
  }

  private mutating func visit(_ first: Entry<Token>?, _ second: Entry<Token>?) throws(Failure) {
    try ledger.note(.visit)
    changes.append(
      Change(
        first: first.map { TestMap.Pair(key: $0.key, value: $0.value) },
        second: second.map { TestMap.Pair(key: $0.key, value: $0.value) }))
  }

  mutating func onlyInFirst(_ entry: Entry<Token>) throws(Failure) { try visit(entry, nil) }

  mutating func onlyInSecond(_ entry: Entry<Token>) throws(Failure) { try visit(nil, entry) }

  mutating func inBoth(_ first: Entry<Token>, _ second: Entry<Token>) throws(Failure) {
    try visit(first, second)
  }
}

extension TestMap {
  /// The union of both maps, which may be one of them.
  func merging(_ other: TestMap, _ resolver: TestResolver) throws(Failure) -> TestMap {
    defer { check() }
    let result = TestMap(try root.merging(other.root, resolver, policy), in: ledger)
    result.checkTree()
    return result
  }

  func changes(to other: TestMap) throws(Failure) -> [TestVisitor.Change] {
    var visitor = TestVisitor(in: ledger)
    try root.difference(from: other.root, &visitor, policy)
    check()
    return visitor.changes
  }
}
