// SPDX-License-Identifier: Apache-2.0

/// The bytes of a program, and what they mean.
///
///     ┌────────┬─────────────────┬─────────────────┬─────
///     │ header │ step │ operands │ step │ operands │ …
///     └────────┴─────────────────┴─────────────────┴─────
///
///     header   bits 0-1  pool of the first half of the keys: dense, equal, prefix, random
///              bits 2-3  pool of the second half
///              bits 4-7  15: with bulk; 14: hostile; 13: plain words, `PlainProgram` has the rest
///     step     bits 0-4  operation
///              bits 5-7  version that it works on
///     key      bits 0-5  identity, bit 6 its twin, bit 7 half
///     value    bits 0-3
///     version  bits 0-2
///
/// Every string of bytes is a program: numbers are taken modulo what they choose from, and what is missing
/// at the end is zero. So any change that a fuzzer makes changes what happens, not whether it makes sense.

extension Program {
  /// What a step does.
  public enum Operation: UInt8, CaseIterable, Sendable {
    /// A key and a value; the version is replaced.
    case set
    case setInPlace
    /// The version stays, and the new one is another.
    case setBeside
    /// A key.
    case delete
    case deleteInPlace
    case deleteBeside
    /// A key, a count and a value: neighbouring keys, in place.
    case setRun
    case deleteRun
    case branch
    case drop
    case clear
    /// A count and so many keys, with a value; equal ones may be among them.
    case buildFromKeys
    /// A key and a count, with a value.
    case buildFromRun
    /// Thousands of entries, if the header allows for them.
    case buildBulk
    /// A version and what is to be chosen; the version is replaced by the union.
    case merge
    case mergeBeside
    /// A version.
    case difference
    case equality
    case sharing
    case hash
    /// A key.
    case find
    /// A count and so many keys.
    case findMany
    /// How far, and which parts.
    case iterate
    case describe
    /// The n-th allocation or callback of the next operation fails.
    case failAllocation
    case failCallback

    /// Whether it allocates or calls back, so that it can be made to fail.
    public var mayFail: Bool {
      switch self {
      case .branch, .drop, .clear, .sharing, .iterate, .describe, .failAllocation, .failCallback:
        return false
      default: return true
      }
    }

    init(step: UInt8) {
      let choice = Int(step & 31) % Self.allCases.count
      self = Self.allCases[choice]
    }
  }

  /// A set of operations, of which a fuzzer makes very many.
  public struct OperationSet: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    public init(_ operation: Operation) {
      rawValue = 1 << operation.rawValue
    }

    public var operations: [Operation] {
      Operation.allCases.filter { contains(OperationSet($0)) }
    }
  }
}

/// The rest of a program.
struct Reader {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position >= bytes.count }

  /// The next byte, or zero at the end.
  mutating func byte() -> UInt8 {
    if isAtEnd { return 0 }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func key() -> Token {
    let byte = byte()
    return .key(Self.identity(byte), isTwin: byte & 64 != 0)
  }

  static func identity(_ byte: UInt8) -> Int { Int(byte & 63) | Int(byte & 128) >> 1 }

  mutating func value() -> Token { .value(byte()) }

  /// Which call is to fail, from 1. Few operations make many calls, so three quarters of the bytes name
  /// one of the first eight.
  mutating func callNumber() -> Int {
    let byte = byte()
    return 1 + Int(byte < 192 ? byte & 7 : byte & 63)
  }

  mutating func count(upTo limit: Int) -> Int { Int(byte()) % (limit + 1) }
}
