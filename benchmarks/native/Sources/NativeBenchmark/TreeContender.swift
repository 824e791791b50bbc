// SPDX-License-Identifier: Apache-2.0

import HashTreeCollections

/// swift-collections' TreeDictionary, with UInt64 keys as they are and with keys of the common hash.
///
/// Swift hashes UInt64 by SipHash, which a user of TreeDictionary<UInt64, _> pays for each operation;
/// `MixedKey` shows what is left without it.

protocol TreeKey: Hashable {
  init(_ word: UInt64)
  var word: UInt64 { get }
}

extension UInt64: TreeKey {
  @inline(__always) var word: UInt64 { self }
}

/// A key that is hashed by `mix`.
struct MixedKey: TreeKey {
  let word: UInt64

  @inline(__always)
  init(_ word: UInt64) {
    self.word = word
  }

  @inline(__always)
  func hash(into hasher: inout Hasher) {
    hasher.combine(word)
  }

  // TreeDictionary asks this requirement of Hashable for its hashes, and Hasher allows SipHash alone.
  // swift-format-ignore: NoLeadingUnderscores
  @inline(__always)
  func _rawHashValue(seed: Int) -> Int {
    Int(truncatingIfNeeded: mix(word))
  }
}

final class TreeContender<Key: TreeKey>: Contender {
  typealias Map = TreeDictionary<Key, UInt64>

  let name: String
  let version = "swift-collections 1.6.0"
  let note: String

  private var base = Map()
  private var versions: [Map] = []

  init(name: String, note: String) {
    self.name = name
    self.note = note
  }

  var count: Int { base.count }

  func reset() {
    dropVersions()
    base = Map()
  }

  func build(_ keys: [UInt64]) {
    base = Self.built(keys)
  }

  func insert(_ keys: [UInt64], salt: UInt64) -> Int {
    Self.insert(keys, salt: salt, into: &base)
  }

  func remove(_ keys: [UInt64]) -> Int {
    Self.remove(keys, from: &base)
  }

  func insertPersistently(_ keys: [UInt64], salt: UInt64) -> Int {
    Self.insertPersistently(keys, salt: salt, into: base)
  }

  func removePersistently(_ keys: [UInt64]) -> Int {
    Self.removePersistently(keys, from: base)
  }

  func keepVersions(inserting keys: [UInt64], salt: UInt64) -> Int {
    versions.reserveCapacity(keys.count)
    return Self.keep(inserting: keys, salt: salt, from: base, in: &versions)
  }

  func keepVersions(removing keys: [UInt64]) -> Int {
    var total = 0
    var version = base
    for key in keys {
      version.removeValue(forKey: Key(key))
      versions.append(version)
      total += version.count
    }
    return total
  }

  func dropVersions() {
    versions.removeAll(keepingCapacity: true)
  }

  func find(_ keys: [UInt64]) -> Sum {
    Self.find(keys, in: base)
  }

  func findInLastVersion(_ keys: [UInt64]) -> Sum {
    Self.find(keys, in: versions.last ?? Map())
  }

  func iterate() -> Sum? {
    Self.iterate(base)
  }
}

// MARK: - The loops

// A class that is reached through a protocol has its generic code alone, which asks for the size of a key
// and for its hash by pointers, ten times slower. `@specialized` adds code for each type of key, between
// which a call chooses when it begins.

extension TreeContender {
  @specialized(where Key == UInt64)
  @specialized(where Key == MixedKey)
  @inline(never)
  private static func built(_ keys: [UInt64]) -> Map {
    Map(uniqueKeysWithValues: keys.lazy.map { (Key($0), value(of: $0, salt: 0)) })
  }

  @specialized(where Key == UInt64)
  @specialized(where Key == MixedKey)
  @inline(never)
  private static func insert(_ keys: [UInt64], salt: UInt64, into map: inout Map) -> Int {
    var new = 0
    for key in keys {
      if map.updateValue(value(of: key, salt: salt), forKey: Key(key)) == nil { new &+= 1 }
    }
    return new
  }

  @specialized(where Key == UInt64)
  @specialized(where Key == MixedKey)
  @inline(never)
  private static func remove(_ keys: [UInt64], from map: inout Map) -> Int {
    var removed = 0
    for key in keys where map.removeValue(forKey: Key(key)) != nil {
      removed &+= 1
    }
    return removed
  }

  @specialized(where Key == UInt64)
  @specialized(where Key == MixedKey)
  @inline(never)
  private static func insertPersistently(_ keys: [UInt64], salt: UInt64, into map: Map) -> Int {
    var total = 0
    for key in keys {
      var version = map
      version.updateValue(value(of: key, salt: salt), forKey: Key(key))
      total &+= version.count
    }
    return total
  }

  @specialized(where Key == UInt64)
  @specialized(where Key == MixedKey)
  @inline(never)
  private static func removePersistently(_ keys: [UInt64], from map: Map) -> Int {
    var total = 0
    for key in keys {
      var version = map
      version.removeValue(forKey: Key(key))
      total &+= version.count
    }
    return total
  }

  @specialized(where Key == UInt64)
  @specialized(where Key == MixedKey)
  @inline(never)
  private static func keep(
    inserting keys: [UInt64], salt: UInt64, from map: Map, in versions: inout [Map]
  ) -> Int {
    var total = 0
    var version = map
    for key in keys {
      version.updateValue(value(of: key, salt: salt), forKey: Key(key))
      versions.append(version)
      total &+= version.count
    }
    return total
  }

  @specialized(where Key == UInt64)
  @specialized(where Key == MixedKey)
  @inline(never)
  private static func find(_ keys: [UInt64], in map: Map) -> Sum {
    var sum = Sum()
    for key in keys {
      if let value = map[Key(key)] { sum.add(value) }
    }
    return sum
  }

  @specialized(where Key == UInt64)
  @specialized(where Key == MixedKey)
  @inline(never)
  private static func iterate(_ map: Map) -> Sum {
    var sum = Sum()
    for (key, value) in map {
      sum.add(key.word ^ value)
    }
    return sum
  }
}
