// SPDX-License-Identifier: Apache-2.0

import HamtCore

/// HamtCore's map of 64-bit keys.
///
/// The map goes to the loops as a parameter: a stored property of a class would be guarded anew in each
/// turn.

final class HamtContender: Contender {
  typealias Map = PersistentMap<UInt64Policy>

  let name = ContenderName.hamt
  let version = "of this checkout"
  let note = "HamtCore's PersistentMap with UInt64Policy; build is Root.build"

  private let policy: UInt64Policy
  private var base: Map
  private var versions: [Root<UInt64Policy>] = []

  init?() {
    guard let pool = NodePool() else { return nil }
    policy = UInt64Policy(pool: pool)
    base = Map(policy: policy)
  }

  var count: Int { base.count }

  func reset() {
    dropVersions()
    base = Map(policy: policy)
  }

  func build(_ keys: [UInt64]) throws {
    base = try Self.built(keys, policy)
  }

  func insert(_ keys: [UInt64], salt: UInt64) throws -> Int {
    try Self.insert(keys, salt: salt, into: &base)
  }

  func remove(_ keys: [UInt64]) throws -> Int {
    try Self.remove(keys, from: &base)
  }

  func insertPersistently(_ keys: [UInt64], salt: UInt64) throws -> Int {
    try Self.insertPersistently(keys, salt: salt, into: base)
  }

  func removePersistently(_ keys: [UInt64]) throws -> Int {
    try Self.removePersistently(keys, from: base)
  }

  func keepVersions(inserting keys: [UInt64], salt: UInt64) throws -> Int {
    versions.reserveCapacity(keys.count)
    return try Self.keep(inserting: keys, salt: salt, from: base.root, in: &versions, policy)
  }

  func keepVersions(removing keys: [UInt64]) throws -> Int {
    try Self.keep(removing: keys, from: base.root, in: &versions, policy)
  }

  func dropVersions() {
    for root in versions {
      root.release(policy)
    }
    versions.removeAll(keepingCapacity: true)
  }

  func find(_ keys: [UInt64]) throws -> Sum {
    try Self.find(keys, in: base)
  }

  func findInLastVersion(_ keys: [UInt64]) throws -> Sum {
    guard let root = versions.last else { return Sum() }
    root.retain(policy)
    return try Self.find(keys, in: Map(taking: root, policy: policy))
  }

  func iterate() -> Sum? {
    Self.iterate(base)
  }
}

// MARK: - The loops

extension HamtContender {
  @inline(never)
  private static func built(_ keys: [UInt64], _ policy: UInt64Policy) throws -> Map {
    let seeds = UnsafeMutablePointer<Seed<UInt64>>.allocate(capacity: keys.count)
    defer { seeds.deallocate() }
    for (index, key) in keys.enumerated() {
      let entry = Entry(key: key, value: value(of: key, salt: 0))
      (seeds + index).initialize(to: Seed(path: policy.path(of: key), entry: entry))
    }
    return Map(taking: try Root.build(seeds, count: keys.count, policy), policy: policy)
  }

  @inline(never)
  private static func insert(
    _ keys: [UInt64], salt: UInt64, into map: inout Map
  ) throws -> Int {
    var new = 0
    for key in keys {
      if try map.insert(key, value(of: key, salt: salt)) { new &+= 1 }
    }
    return new
  }

  @inline(never)
  private static func remove(_ keys: [UInt64], from map: inout Map) throws -> Int {
    var removed = 0
    for key in keys {
      if try map.remove(key) { removed &+= 1 }
    }
    return removed
  }

  @inline(never)
  private static func insertPersistently(
    _ keys: [UInt64], salt: UInt64, into map: borrowing Map
  ) throws -> Int {
    var total = 0
    for key in keys {
      let version = try map.inserting(key, value(of: key, salt: salt))
      total &+= version.count
    }
    return total
  }

  @inline(never)
  private static func removePersistently(
    _ keys: [UInt64], from map: borrowing Map
  ) throws -> Int {
    var total = 0
    for key in keys {
      let version = try map.removing(key)
      total &+= version.count
    }
    return total
  }

  /// An array cannot hold a map, which is not copyable, so the versions are kept as their roots.
  @inline(never)
  private static func keep(
    inserting keys: [UInt64], salt: UInt64, from root: Root<UInt64Policy>,
    in versions: inout [Root<UInt64Policy>], _ policy: UInt64Policy
  ) throws -> Int {
    var total = 0
    var root = root
    for key in keys {
      let entry = Entry(key: key, value: value(of: key, salt: salt))
      let outcome = try root.insert(
        entry, path: policy.path(of: key), inPlace: false, policy)
      if case .unchanged = outcome { root.retain(policy) }
      versions.append(root)
      total &+= root.count
    }
    return total
  }

  private static func keep(
    removing keys: [UInt64], from root: Root<UInt64Policy>,
    in versions: inout [Root<UInt64Policy>], _ policy: UInt64Policy
  ) throws -> Int {
    var total = 0
    var root = root
    for key in keys {
      let outcome = try root.remove(key, path: policy.path(of: key), inPlace: false, policy)
      if case .unchanged = outcome { root.retain(policy) }
      versions.append(root)
      total &+= root.count
    }
    return total
  }

  @inline(never)
  private static func find(_ keys: [UInt64], in map: borrowing Map) throws -> Sum {
    var sum = Sum()
    for key in keys {
      if let value = try map.value(of: key) { sum.add(value) }
    }
    return sum
  }

  @inline(never)
  private static func iterate(_ map: borrowing Map) -> Sum {
    var sum = Sum()
    // The body is inlined where it is a closure in the call, and called where it is a function's name.
    // swift-format-ignore: ReplaceForEachWithForLoop
    map.forEach { key, value in sum.add(key ^ value) }
    return sum
  }
}
