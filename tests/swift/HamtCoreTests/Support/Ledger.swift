// SPDX-License-Identifier: Apache-2.0

/// The world that the maps of one test live in, with a count of everything.
///
/// A map in a test holds tokens: the numbers of records here, which say what a key or value is like and
/// how many references to it exist. The ledger makes the nodes too and knows which are alive, so it can
/// audit at any time: each count must be the number of places that hold the token or node. It reports
/// what the core must not do as an issue of the running test, and goes on.
///
///     test ──holds──▶ TestMap ──root──▶ node ──▶ node ──▶ token
///                        ▲               ▲                  ▲
///                        └──── maps ─────┴───── nodes ──────┴── records      (the ledger)
///
/// A test may make the n-th call of a kind fail, and may look at its maps while a call runs. It has a
/// ledger of its own and runs on one thread, so nothing here is guarded against others.

import Testing

@testable import HamtCore

/// A key or a value: the number of a record, marked so that no other word looks like one.
struct Token: BitwiseCopyable, Hashable {
  static let mark: UInt64 = 0x7E57_0000_0000_0000

  let rawValue: UInt64
}

final class Ledger: @unchecked Sendable {
  /// Calls that may fail: of the policy, and of what else the core is given.
  enum Call: CaseIterable, Hashable {
    case allocateNode
    case path
    case matches
    case areEqualKeys
    case areEqual
    case contribution
    case resolve
    case visit
  }

  struct Record {
    let name: String
    /// The path of a key, nil for a value.
    var path: HashPath?
    /// Elements are equal when this is.
    let equalityClass: Int
    let isTracked: Bool
    let equalsItself: Bool
  }

  var records: [Record] = []
  /// For each record, the references that exist, the test's own among them.
  var references: [Int] = []
  /// For each record, 1 while the test holds the element.
  var heldByTest: [Int] = []
  var tokens: [String: Token] = [:]
  var equalityClasses: [String: Int] = [:]

  /// False when a key in a map has changed its path: its tree is then not what the invariants say.
  var pathsAreStable = true

  /// The nodes that are alive.
  var nodes: Set<UnsafeMutableRawPointer> = []
  var quarantine: [FreedBlock] = []

  /// The maps of the test that have not been dropped.
  var maps: [ObjectIdentifier: TestMap] = [:]

  var counts: [Call: Int] = [:]
  /// The call that is to fail: the n-th of a kind, or of any kind.
  var plan: (call: Call?, remaining: Int)?
  var lastFailedCall: Call?
  /// True while a test looks at its maps by functions that call the policy, which then does not count.
  var isInspecting = false

  /// Runs before a call is answered.
  var onCall: ((Call) -> Void)?
  /// Runs when the last reference to an element has been given up, as a destructor does.
  var onLastRelease: ((Token) -> Void)?
  /// Runs before two keys are looked at for identity.
  var onIdentityTest: ((Token, Token) -> Void)?

  private var problemCount = 0
  private let onProblem: (String, SourceLocation) -> Void

  /// - Parameter onProblem: what becomes of a problem; an issue of the running test.
  init(
    onProblem: @escaping (String, SourceLocation) -> Void = {
      Issue.record(Comment(rawValue: $0), sourceLocation: $1)
    }
  ) {
    self.onProblem = onProblem
  }

  /// Says what is wrong, until so much is wrong that more does not help.
  func report(_ problem: String, sourceLocation: SourceLocation? = nil) {
    problemCount += 1
    if problemCount <= 20 { onProblem(problem, sourceLocation ?? #_sourceLocation) }
  }

  var policy: TestPolicy { TestPolicy(ledger: self) }
}
