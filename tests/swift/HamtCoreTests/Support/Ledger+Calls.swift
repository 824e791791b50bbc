// SPDX-License-Identifier: Apache-2.0

/// Counting the calls that the core makes, making them fail, and looking on while they run.

import Testing

@testable import HamtCore

extension Ledger {
  /// Takes note of a call, which fails when it is its turn.
  func note(_ call: Call) throws(Failure) {
    if isInspecting { return }
    counts[call, default: 0] += 1
    onCall?(call)
    guard let plan, plan.call == nil || plan.call == call else { return }
    self.plan = plan.remaining > 1 ? (plan.call, plan.remaining - 1) : nil
    guard plan.remaining == 1 else { return }
    lastFailedCall = call
    throw call == .allocateNode ? .outOfMemory : .callbackFailed
  }

  func noteIdentityTest(_ a: Token, _ b: Token) {
    if !isInspecting { onIdentityTest?(a, b) }
  }

  /// Makes the n-th call of a kind, or of any, fail while `body` runs.
  @discardableResult
  func failing<Result>(
    _ call: Call? = nil, at number: Int, _ body: () throws -> Result
  ) rethrows -> Result {
    plan = (call, number)
    defer { plan = nil }
    return try body()
  }

  /// Fails the first call of a kind, or of any, then the second and so on, until `operation` succeeds;
  /// runs `verify` after each failure. Gives the number of failures.
  @discardableResult
  func failEach(
    _ call: Call? = nil, in operation: () throws -> Void, verify: () throws -> Void
  ) throws -> Int {
    var failures = 0
    while true {
      do {
        try failing(call, at: failures + 1, operation)
        return failures
      } catch let failure as Failure {
        failures += 1
        #expect(failure == (lastFailedCall == .allocateNode ? .outOfMemory : .callbackFailed))
        try verify()
        try #require(failures < 1000, "it fails for another reason than the plan")
      }
    }
  }

  /// How many calls of a kind `body` makes.
  func count(of call: Call, in body: () throws -> Void) rethrows -> Int {
    let before = counts[call, default: 0]
    try body()
    return counts[call, default: 0] - before
  }

  /// Runs `body`, which looks at maps, without counting its calls, failing them or running hooks.
  func inspecting<Result>(_ body: () throws -> Result) rethrows -> Result {
    let wasInspecting = isInspecting
    isInspecting = true
    defer { isInspecting = wasInspecting }
    return try body()
  }
}
