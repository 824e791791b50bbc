// SPDX-License-Identifier: Apache-2.0

/// Hash paths as text, so that a test can write down where a key lies.
///
/// A path is its digits in base 32 (0-9, then A-V), the digit of level 0 first; digits that are left out
/// are zero. A key is named by its path and what sets it apart from other keys of that path:
///
///     31A      the key in bucket 3 on level 0, bucket 1 on level 1, bucket A on level 2
///     42#1     one of several keys of the path 42
///     42#1'    a key that is equal to 42#1 and not identical with it
///
/// In a list, `42*3` stands for 42#1, 42#2 and 42#3.

@testable import HamtCore

extension HashPath {
  /// The path with these digits, or nil when the text has too many digits or none, or another character.
  init?(_ text: some StringProtocol) {
    guard (1...Self.levelCount).contains(text.count) else { return nil }
    var bits: UInt64 = 0
    for (level, character) in text.enumerated() {
      guard let digit = UInt64(String(character), radix: 32), character != "+" else { return nil }
      let shifted = digit << UInt64(level * Self.bitsPerDigit)
      guard shifted >> UInt64(level * Self.bitsPerDigit) == digit else { return nil }
      bits |= shifted
    }
    self.init(bits: bits)
  }

  /// The digits up to the last one that is not zero.
  var text: String {
    var digits = (0..<Self.levelCount).map { Int(bucket(at: $0).rawValue) }
    while digits.count > 1, digits.last == 0 {
      digits.removeLast()
    }
    return digits.map { String($0, radix: 32, uppercase: true) }.joined()
  }

  /// This path with another digit at one level: the next one, round the end of the level's digits.
  func diverging(at level: Int) -> HashPath {
    let shift = UInt64(level * Self.bitsPerDigit)
    let mask = level == Self.levelCount - 1 ? UInt64(15) : 31
    let digit = (bits >> shift &+ 1) & mask
    return HashPath(bits: bits & ~(mask << shift) | digit << shift)
  }
}

/// The names of the keys in a list of patterns.
func keyNames(_ patterns: String) -> [String] {
  patterns.split(separator: " ").flatMap { pattern in
    let parts = pattern.split(separator: "*")
    guard parts.count == 2, let count = Int(parts[1]) else { return [String(pattern)] }
    return (1...count).map { "\(parts[0])#\($0)" }
  }
}
