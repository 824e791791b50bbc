// SPDX-License-Identifier: Apache-2.0

import Foundation

/// libhamt with its table cache.
///
/// Versions share tables that nothing counts, so that none can be freed alone: `dropVersions` throws the
/// whole cache away and builds the base in a new one.

final class LibhamtContender: Contender {
  let name = ContenderName.libhamt
  let version: String
  let note =
    "with its table cache; keys are pointers that are hashed and compared as words; "
    + "a version cannot be freed, so dropping one costs it nothing; build inserts one by one"

  private let library: Libhamt
  private let allocator: UnsafeMutablePointer<Libhamt.Allocator>
  private var cache: Libhamt.Cache
  private var base: Libhamt.Trie
  private var versions: [Libhamt.Trie] = []

  /// What the base was filled with.
  private var keys: [UInt64] = []

  /// - Parameter path: of the shared library.
  init(path: String) throws {
    library = try Libhamt(path: path)
    version = path
    allocator = Libhamt.makeAllocator(context: nil)
    cache = library.makeCache(allocator)
    base = library.makeTrie(cache, allocator)
  }

  var count: Int { library.size(base) }

  func reset() {
    // A version is a block of the allocator, with a root in the cache, of which hamt_delete knows nothing.
    for version in versions {
      free(UnsafeMutableRawPointer(version))
    }
    versions.removeAll(keepingCapacity: true)
    library.delete(base)
    library.destroyCache(cache, allocator)
    cache = library.makeCache(allocator)
    base = library.makeTrie(cache, allocator)
    keys = []
  }

  func build(_ keys: [UInt64]) {
    _ = insert(keys, salt: 0)
  }

  func insert(_ keys: [UInt64], salt: UInt64) -> Int {
    if count == 0 { self.keys = keys }
    return Self.insert(keys, salt: salt, into: base, library)
  }

  func remove(_ keys: [UInt64]) -> Int {
    Self.remove(keys, from: base, library)
  }

  func insertPersistently(_ keys: [UInt64], salt: UInt64) -> Int {
    versions.reserveCapacity(versions.count + keys.count)
    return Self.insertPersistently(keys, salt: salt, into: base, in: &versions, library)
  }

  func removePersistently(_ keys: [UInt64]) -> Int {
    versions.reserveCapacity(versions.count + keys.count)
    return Self.removePersistently(keys, from: base, in: &versions, library)
  }

  func keepVersions(inserting keys: [UInt64], salt: UInt64) -> Int {
    versions.reserveCapacity(versions.count + keys.count)
    return Self.keep(inserting: keys, salt: salt, from: base, in: &versions, library)
  }

  func keepVersions(removing keys: [UInt64]) -> Int {
    var total = 0
    var version = base
    for key in keys {
      version = library.removePersistently(version, Self.word(key))
      versions.append(version)
      total += library.size(version)
    }
    return total
  }

  func dropVersions() {
    if versions.isEmpty { return }
    let keys = self.keys
    reset()
    build(keys)
  }

  func find(_ keys: [UInt64]) -> Sum {
    Self.find(keys, in: base, library)
  }

  func findInLastVersion(_ keys: [UInt64]) -> Sum {
    versions.last.map { Self.find(keys, in: $0, library) } ?? Sum()
  }

  func iterate() -> Sum? {
    Self.iterate(base, library)
  }
}

// MARK: - The loops

extension LibhamtContender {
  @inline(__always)
  private static func word(_ bits: UInt64) -> Libhamt.Word? {
    Libhamt.Word(bitPattern: UInt(truncatingIfNeeded: bits))
  }

  @inline(__always)
  private static func bits(_ word: Libhamt.Word?) -> UInt64 {
    UInt64(UInt(bitPattern: word))
  }

  /// The library does not say whether a key was new; its size does.
  @inline(never)
  private static func insert(
    _ keys: [UInt64], salt: UInt64, into trie: Libhamt.Trie, _ library: Libhamt
  ) -> Int {
    let before = library.size(trie)
    for key in keys {
      _ = library.set(trie, word(key), word(value(of: key, salt: salt)))
    }
    return library.size(trie) - before
  }

  @inline(never)
  private static func remove(
    _ keys: [UInt64], from trie: Libhamt.Trie, _ library: Libhamt
  ) -> Int {
    var removed = 0
    for key in keys where library.remove(trie, word(key)) != nil {
      removed &+= 1
    }
    return removed
  }

  @inline(never)
  private static func insertPersistently(
    _ keys: [UInt64], salt: UInt64, into trie: Libhamt.Trie,
    in versions: inout [Libhamt.Trie], _ library: Libhamt
  ) -> Int {
    var total = 0
    for key in keys {
      let version = library.setPersistently(
        trie, word(key), word(value(of: key, salt: salt)))
      total &+= library.size(version)
      versions.append(version)
    }
    return total
  }

  @inline(never)
  private static func removePersistently(
    _ keys: [UInt64], from trie: Libhamt.Trie, in versions: inout [Libhamt.Trie],
    _ library: Libhamt
  ) -> Int {
    var total = 0
    for key in keys {
      let version = library.removePersistently(trie, word(key))
      total &+= library.size(version)
      versions.append(version)
    }
    return total
  }

  @inline(never)
  private static func keep(
    inserting keys: [UInt64], salt: UInt64, from trie: Libhamt.Trie,
    in versions: inout [Libhamt.Trie], _ library: Libhamt
  ) -> Int {
    var total = 0
    var version = trie
    for key in keys {
      version = library.setPersistently(
        version, word(key), word(value(of: key, salt: salt)))
      total &+= library.size(version)
      versions.append(version)
    }
    return total
  }

  @inline(never)
  private static func find(
    _ keys: [UInt64], in trie: Libhamt.Trie, _ library: Libhamt
  ) -> Sum {
    var sum = Sum()
    for key in keys {
      if let value = library.get(trie, word(key)) { sum.add(bits(value)) }
    }
    return sum
  }

  @inline(never)
  private static func iterate(_ trie: Libhamt.Trie, _ library: Libhamt) -> Sum {
    var sum = Sum()
    let iterator = library.createIterator(trie)
    while library.isValid(iterator) {
      sum.add(bits(library.iteratorKey(iterator)) ^ bits(library.iteratorValue(iterator)))
      _ = library.next(iterator)
    }
    library.deleteIterator(iterator)
    return sum
  }
}
