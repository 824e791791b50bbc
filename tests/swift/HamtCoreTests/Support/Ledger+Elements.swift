// SPDX-License-Identifier: Apache-2.0

/// Keys and values by name, and the count of their references.

@testable import HamtCore

extension Ledger {
  /// The key of a name: `HashPath+Text.swift` says how keys are named.
  func key(_ name: String, tracked: Bool = false) -> Token {
    let digits = name.prefix { $0 != "#" && $0 != "'" }
    guard let path = HashPath(digits) else { preconditionFailure("\(name) does not name a key") }
    return token(name, path: path, tracked: tracked, equalsItself: true)
  }

  /// The keys of a list of patterns.
  func keys(_ patterns: String) -> [Token] {
    keyNames(patterns).map { key($0) }
  }

  /// The value of a name; those whose names differ in apostrophes only are equal.
  func value(_ name: String, tracked: Bool = false, equalsItself: Bool = true) -> Token {
    token("=\(name)", path: nil, tracked: tracked, equalsItself: equalsItself)
  }

  private func token(
    _ name: String, path: HashPath?, tracked: Bool, equalsItself: Bool
  ) -> Token {
    if let token = tokens[name] {
      precondition(!tracked || isTracked(token), "\(name) is not tracked")
      return token
    }
    let className = String(name.prefix { $0 != "'" })
    let equalityClass = equalityClasses[className] ?? equalityClasses.count
    equalityClasses[className] = equalityClass
    let token = Token(rawValue: Token.mark | UInt64(records.count))
    records.append(
      Record(
        name: name, path: path, equalityClass: equalityClass, isTracked: tracked,
        equalsItself: equalsItself))
    references.append(1)
    heldByTest.append(1)
    tokens[name] = token
    return token
  }

  /// The rank of a token's record; nil, with a report, for a word that is no token.
  func index(of token: Token) -> Int? {
    let index = token.rawValue ^ Token.mark
    guard index < records.count else {
      report("\(String(token.rawValue, radix: 16)) is no element: the memory is freed or unwritten")
      return nil
    }
    return Int(index)
  }

  func name(of token: Token) -> String {
    index(of: token).map { records[$0].name } ?? "?"
  }

  func path(of key: Token) -> HashPath {
    guard let index = index(of: key), let path = records[index].path else {
      report("\(name(of: key)) is not a key")
      return HashPath(bits: 0)
    }
    return path
  }

  /// Gives a key another path, as an object does that changes its hash.
  func changePath(of key: Token, to path: HashPath) {
    guard let index = index(of: key) else { return }
    records[index].path = path
    pathsAreStable = false
  }

  func equalityClass(of token: Token) -> Int {
    index(of: token).map { records[$0].equalityClass } ?? -1
  }

  func isTracked(_ token: Token) -> Bool {
    index(of: token).map { records[$0].isTracked } ?? false
  }

  func areEqual(_ a: Token, _ b: Token) -> Bool {
    guard let first = index(of: a), let second = index(of: b) else { return false }
    return records[first].equalsItself
      && records[first].equalityClass == records[second].equalityClass
  }

  func retain(_ token: Token) {
    guard let index = index(of: token) else { return }
    if references[index] == 0 { report("\(name(of: token)) is retained after its end") }
    references[index] += 1
  }

  func release(_ token: Token) {
    guard let index = index(of: token) else { return }
    references[index] -= 1
    if references[index] < 0 { report("\(name(of: token)) is released after its end") }
    if references[index] == 0, !isInspecting { onLastRelease?(token) }
  }

  /// Gives up the test's own reference, so that the maps decide how long the element lives.
  func letGo(_ token: Token) {
    guard let index = index(of: token) else { return }
    precondition(heldByTest[index] == 1, "the test has let go of \(records[index].name)")
    heldByTest[index] = 0
    release(token)
  }
}
