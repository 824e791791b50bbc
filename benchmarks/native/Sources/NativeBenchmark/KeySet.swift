// SPDX-License-Identifier: Apache-2.0

/// The keys of a size: random 64-bit words from a fixed seed, and the samples that operations take.
///
/// Lookups take the keys in another order than maps were built in, so that they do not walk through
/// memory in the order of its allocation.

struct KeySet {
  let present: [UInt64]
  /// The present keys in another order.
  let shuffled: [UInt64]
  /// As many keys that no map has.
  let absent: [UInt64]

  /// A tenth of the size, which operations that change a map add or remove: a map stays about as large
  /// as its row says.
  let sample: (present: [UInt64], absent: [UInt64])

  static let seed: UInt64 = 20_240_229

  var count: Int { present.count }

  init(count: Int) {
    var random = SplitMix64(state: Self.seed)
    var seen: Set<UInt64> = []
    func draw() -> [UInt64] {
      var keys: [UInt64] = []
      keys.reserveCapacity(count)
      while keys.count < count {
        let key = random.next()
        if seen.insert(key).inserted { keys.append(key) }
      }
      return keys
    }
    present = draw()
    absent = draw()
    shuffled = present.shuffled(using: &random)
    let sampleCount = max(1, count / 10)
    sample = (Array(shuffled.prefix(sampleCount)), Array(absent.prefix(sampleCount)))
  }
}

/// The value of a key: another word, with two low bits of zero, since libhamt marks pointers there.
/// `salt`, a multiple of four, tells the values of a replacement from those before it.
@inline(__always)
func value(of key: UInt64, salt: UInt64) -> UInt64 {
  (key &<< 2) ^ salt
}

/// A mix that every contender that lets one choose uses, so that hashing costs all of them alike: that of
/// HamtCore's UInt64Policy.
@inline(__always)
func mix(_ key: UInt64) -> UInt64 {
  let product = key &* 0x9E37_79B9_7F4A_7C15
  return product ^ product &>> 32
}

/// Random numbers that a seed brings back (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
/// Generators, 2014).
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
