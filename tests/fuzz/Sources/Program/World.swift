// SPDX-License-Identifier: Apache-2.0

/// The world that the maps of one program live in: what its keys and values are like, and a count of
/// every reference and node.
///
/// The ledger of the Swift tests does the same with names, drawings and audits. This one is for a hundred
/// thousand short programs: a token is a number from which all else follows, nothing is allocated but the
/// counts, and freed nodes go back to the allocator at once, where the address sanitizer watches them.

import HamtCore

/// A key or a value. The number is marked, so that no other word looks like a token.
struct Token: BitwiseCopyable, Hashable {
  private static let mark: UInt64 = 0xF022_0000_0000_0000

  let rawValue: UInt64

  private init(number: Int) {
    rawValue = Self.mark | UInt64(number)
  }

  /// The number behind the mark. A word that is no token gives one that is too large for a token.
  var number: Int { Int(truncatingIfNeeded: (rawValue ^ Self.mark) & .max >> 1) }

  // Values come first, then two keys for each identity.
  static let valueCount = 16

  static func value(_ choice: UInt8) -> Token {
    Token(number: Int(choice) % valueCount)
  }

  /// One of the two keys that are equal and not identical.
  static func key(_ identity: Int, isTwin: Bool = false) -> Token {
    Token(number: valueCount + 2 * identity + (isTwin ? 1 : 0))
  }

  var isKey: Bool { number >= Self.valueCount }

  /// What equal keys share.
  var identity: Int { (number - Self.valueCount) / 2 }

  /// Neighbouring values are equal, and the last two are not even equal to themselves.
  func equals(_ other: Token) -> Bool {
    if isKey || other.isKey { return isKey && other.isKey && identity == other.identity }
    return number / 2 == other.number / 2 && number < Self.valueCount - 2
  }

  /// A quarter of the values, and a few keys.
  var isTracked: Bool {
    isKey ? number % 32 == 27 : number % 4 == 3
  }

  /// The same for equal tokens.
  var contribution: UInt64 {
    let number = isKey ? identity + Self.valueCount : number / 2
    return SplitMix(UInt64(number)).word
  }
}

/// A word in which every bit depends on every bit of the seed (Steele, Lea, Flood: Fast Splittable
/// Pseudorandom Number Generators, 2014).
struct SplitMix {
  let word: UInt64

  init(_ seed: UInt64) {
    var word = seed &* 0x9E37_79B9_7F4A_7C15
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    self.word = word ^ word >> 31
  }
}

/// Where keys lie.
enum KeyPool: UInt8 {
  /// Small ints, which fill whole nodes.
  case dense
  /// Four paths in all; two of them part on the last level.
  case equal
  /// Paths that agree down to any level.
  case prefix
  case random

  func path(_ identity: Int) -> HashPath {
    let word = UInt64(identity)
    switch self {
    case .dense: return HashPath(hash: word)
    case .equal:
      switch identity & 3 {
      case 0: return HashPath(bits: 0)
      case 1: return HashPath(bits: 1)
      case 2: return HashPath(bits: 32)
      default: return HashPath(bits: 1 << 63)
      }
    case .prefix:
      let level = word % UInt64(HashPath.levelCount)
      let digit = word / UInt64(HashPath.levelCount) + 1
      return HashPath(bits: digit << (level * UInt64(HashPath.bitsPerDigit)))
    case .random: return HashPath(bits: SplitMix(word).word)
    }
  }
}

/// Something wrong that a world does by itself, to see that it is noticed.
public enum Fault: CaseIterable, Sendable {
  /// One reference to an element is not counted, or not given up.
  case lostRetain, lostRelease
  /// A node that is freed still counts as alive.
  case lostNode
  /// The dictionary beside a map misses its edits.
  case lostEdit
}

struct World {
  /// Keys that a byte can name: half of them in one pool, half in the other.
  static let namedKeys = 128
  /// Further keys, for maps that are too large for the cache.
  static let bulkKeys = 8300

  let pools: (KeyPool, KeyPool)
  /// Whether hashes change and equalities lie, now and then. Then only memory and counts can be held
  /// against what is expected.
  let isHostile: Bool
  let fault: Fault?

  let tokenCount: Int
  /// For each token the references that exist.
  let references: UnsafeMutablePointer<Int32>
  var liveNodes = 0

  /// The call that is to fail, counted down to it; zero for none.
  var callsToFailure: (allocations: Int, callbacks: Int) = (0, 0)
  /// What was made to fail since the operation began.
  var failure: Failure?

  private(set) var problem: StaticString?
  private var hostileCalls = 0

  init(pools: (KeyPool, KeyPool), isHostile: Bool, hasBulk: Bool, fault: Fault?) {
    self.pools = pools
    self.isHostile = isHostile
    self.fault = fault
    let keyCount = Self.namedKeys + (hasBulk ? Self.bulkKeys : 0)
    tokenCount = Token.valueCount + 2 * keyCount
    references = .allocate(capacity: tokenCount)
    references.initialize(repeating: 0, count: tokenCount)
  }

  func end() {
    references.deallocate()
  }

  /// Keeps the first problem.
  mutating func report(_ problem: StaticString) {
    if self.problem == nil { self.problem = problem }
  }
}

// MARK: - Tokens

extension World {
  /// The path that a key has when its hash does not change.
  func path(of key: Token) -> HashPath {
    let identity = key.identity
    if identity >= Self.namedKeys { return HashPath(hash: UInt64(identity)) }
    let half = Self.namedKeys / 2
    return identity < half ? pools.0.path(identity) : pools.1.path(identity - half)
  }

  /// Whether this is a call to which a hostile world gives a false answer.
  mutating func lies() -> Bool {
    guard isHostile else { return false }
    hostileCalls += 1
    return SplitMix(UInt64(hostileCalls)).word & 7 == 0
  }

  /// False, with a report, for a word that is no token.
  private mutating func isToken(_ token: Token) -> Bool {
    if token.number < tokenCount { return true }
    report("a word is no element: the memory is freed or unwritten")
    return false
  }

  /// A reference of the program itself, for the time of an operation.
  func hold(_ token: Token) {
    references[token.number] += 1
  }

  mutating func retain(_ token: Token) {
    guard isToken(token) else { return }
    if references[token.number] == 0 { report("an element is retained that nobody holds") }
    if fault == .lostRetain { return }
    references[token.number] += 1
  }

  mutating func release(_ token: Token) {
    guard isToken(token), fault != .lostRelease else { return }
    references[token.number] -= 1
    if references[token.number] < 0 { report("an element is released after its end") }
  }

  /// Everything that was held has been given up.
  mutating func checkNothingIsLeft() {
    if liveNodes != 0 { report("nodes are left when all maps are gone") }
    for number in 0..<tokenCount where references[number] != 0 {
      report("references to an element are left when all maps are gone")
    }
  }
}

// MARK: - Failure

extension World {
  mutating func noteAllocation() throws(Failure) {
    guard callsToFailure.allocations > 0 else { return }
    callsToFailure.allocations -= 1
    if callsToFailure.allocations > 0 { return }
    failure = .outOfMemory
    throw .outOfMemory
  }

  mutating func noteCallback() throws(Failure) {
    guard callsToFailure.callbacks > 0 else { return }
    callsToFailure.callbacks -= 1
    if callsToFailure.callbacks > 0 { return }
    failure = .callbackFailed
    throw .callbackFailed
  }
}
