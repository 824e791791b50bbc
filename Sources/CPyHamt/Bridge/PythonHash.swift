// SPDX-License-Identifier: Apache-2.0

/// The hash functions of Python's tuple and frozenset, whose results a map's hash must equal.
///
/// Constants and steps as in CPython: `tuplehash` in Objects/tupleobject.c (after xxHash, Collet) and
/// `_shuffle_bits` in Objects/setobject.c. The end of a frozenset's hash, which depends on the count, is
/// in map_compare.c.

enum PythonHash {
  private static var prime1: UInt64 { 11_400_714_785_074_694_791 }
  private static var prime2: UInt64 { 14_029_467_366_897_019_727 }
  private static var prime5: UInt64 { 2_870_177_450_012_600_261 }

  /// What the tuple `(a, b)` mixes into the hash of a frozenset that holds it.
  static func frozenSetTerm(ofPairWith a: Int, _ b: Int) -> UInt64 {
    shuffle(tuple(a, b))
  }

  private static func tuple(_ a: Int, _ b: Int) -> UInt64 {
    var accumulator = prime5
    accumulator = round(accumulator, a)
    accumulator = round(accumulator, b)
    accumulator = accumulator &+ (2 ^ prime5 ^ 3_527_539)
    // -1 says "failed" to C callers, so a tuple never has it.
    return accumulator == .max ? 1_546_275_796 : accumulator
  }

  private static func round(_ accumulator: UInt64, _ hash: Int) -> UInt64 {
    let sum = accumulator &+ UInt64(bitPattern: Int64(hash)) &* prime2
    return (sum &<< 31 | sum &>> 33) &* prime1
  }

  private static func shuffle(_ hash: UInt64) -> UInt64 {
    (hash ^ 89_869_747 ^ hash &<< 16) &* 3_644_798_167
  }
}
