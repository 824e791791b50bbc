// SPDX-License-Identifier: Apache-2.0

/// A ledger for each test, closed when the test ends, so that no test can forget to look for leaks.

import Testing

struct LedgerTrait: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let ledger = Ledger()
    defer { ledger.close() }
    try await Ledger.$ofRunningTest.withValue(ledger) { try await function() }
  }
}

extension Trait where Self == LedgerTrait {
  /// Gives each test of a suite a ledger, `Ledger.current`.
  static var ledger: Self { Self() }
}

extension Ledger {
  @TaskLocal fileprivate static var ofRunningTest: Ledger?

  static var current: Ledger {
    guard let ofRunningTest else { preconditionFailure("the suite lacks the trait .ledger") }
    return ofRunningTest
  }
}
