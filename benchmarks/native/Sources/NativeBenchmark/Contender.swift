// SPDX-License-Identifier: Apache-2.0

/// What a map does for the benchmark, a whole batch of keys in one call.
///
/// The loop over a batch lies in the contender, where the types are known: the clock is read outside it,
/// and a call through this protocol costs one batch next to nothing. A contender has one map, the *base*,
/// which nothing else holds. Each function answers what its keys let the caller foretell.

protocol Contender: AnyObject {
  var name: String { get }
  var version: String { get }
  /// What a reader of the figures has to know.
  var note: String { get }

  /// The number of entries of the base.
  var count: Int { get }

  /// Makes the base empty, with all memory of it and of its versions given back.
  func reset()

  /// Fills the empty base with keys that are known to be different, in the way made for that.
  func build(_ keys: [UInt64]) throws

  /// Sets keys of the base in place. How many were new.
  func insert(_ keys: [UInt64], salt: UInt64) throws -> Int

  /// Removes keys from the base in place. How many were there.
  func remove(_ keys: [UInt64]) throws -> Int

  /// For each key, makes a version of the base with it and drops it. The sum of their counts.
  func insertPersistently(_ keys: [UInt64], salt: UInt64) throws -> Int

  /// For each key, makes a version of the base without it and drops it. The sum of their counts.
  func removePersistently(_ keys: [UInt64]) throws -> Int

  /// Sets each key in a new version of the version before, the base to begin with, and keeps them all.
  /// The sum of their counts.
  func keepVersions(inserting keys: [UInt64], salt: UInt64) throws -> Int

  /// As before, with each key removed.
  func keepVersions(removing keys: [UInt64]) throws -> Int

  /// Gives back the memory of all versions. The base has the entries that it had.
  func dropVersions() throws

  /// Looks up keys in the base.
  func find(_ keys: [UInt64]) throws -> Sum

  /// Looks up keys in the version that was kept last.
  func findInLastVersion(_ keys: [UInt64]) throws -> Sum

  /// Visits the entries of the base; nil if the contender cannot.
  func iterate() -> Sum?
}

/// What lookups and walks add up: entries seen, and their keys or values.
struct Sum: Equatable {
  var count = 0
  var words: UInt64 = 0

  @inline(__always)
  mutating func add(_ word: UInt64) {
    count &+= 1
    words &+= word
  }
}

enum ContenderName {
  static let hamt = "pyhamt-native"
  static let tree = "TreeDictionary"
  static let mixedTree = "TreeDictionary-same-hash"
  static let libhamt = "libhamt"
}
