// swift-format-ignore-file: AlwaysUseLowerCamelCase
// SPDX-License-Identifier: Apache-2.0

import CPyHamtShim
import HamtCore

/// The ABI functions on whole maps. hamt.h says what each does.

typealias State = UnsafeMutablePointer<hamt_state>
typealias Object = UnsafeMutablePointer<PyObject>
typealias PythonRoot = Root<PythonPolicy>

extension Root<PythonPolicy> {
  @inline(__always)
  init(_ map: OpaquePointer?) {
    self.init(memory: UnsafeMutableRawPointer(map))
  }

  @inline(__always)
  var map: OpaquePointer? { OpaquePointer(memory) }
}

/// Turns a failure into a status, with an exception set.
func status(of failure: Failure) -> hamt_status {
  switch failure {
  case .outOfMemory: hamt_set_no_memory()
  case .callbackFailed: break
  }
  return .HAMT_ERROR
}

// MARK: - Lifetime

@c @implementation
func hamt_map_release(_ state: State, _ map: OpaquePointer?) {
  PythonRoot(map).release(PythonPolicy(state))
}

@c @implementation
func hamt_map_count(_ map: OpaquePointer?) -> Int {
  PythonRoot(map).count
}

// MARK: - Reading

@c @implementation
func hamt_map_find(
  _ state: State, _ map: OpaquePointer?, _ key: Object, _ hash: Int,
  _ entry: UnsafeMutablePointer<UnsafePointer<hamt_entry>?>
) -> hamt_status {
  do throws(Failure) {
    let path = PythonPolicy.path(hash: hash)
    guard let found = try PythonRoot(map).find(key, path: path, PythonPolicy(state)) else {
      return .HAMT_NOT_FOUND
    }
    // SAFETY: a hamt_entry is laid out as an Entry.
    entry.pointee = UnsafeRawPointer(found).assumingMemoryBound(to: hamt_entry.self)
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}

@c @implementation
func hamt_map_find_many(
  _ state: State, _ map: OpaquePointer?, _ queries: UnsafeMutablePointer<hamt_query>, _ count: Int
) -> hamt_status {
  precondition(HAMT_QUERIES <= Node<PythonPolicy>.queryLimit, "too many queries at once")
  // SAFETY: a hamt_query is laid out as a Query; the hash gives way to the path.
  let start = UnsafeMutableRawPointer(queries).assumingMemoryBound(
    to: Query<PythonPolicy.Element>.self)
  for index in 0..<count {
    start[index].path = PythonPolicy.path(
      hash: Int(truncatingIfNeeded: Int64(bitPattern: queries[index].hash)))
  }
  do throws(Failure) {
    try PythonRoot(map).find(start, count: count, PythonPolicy(state))
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}

@c @implementation
func hamt_map_equal(_ state: State, _ a: OpaquePointer?, _ b: OpaquePointer?) -> Int32 {
  do throws(Failure) {
    return try PythonRoot(a).isEqual(to: PythonRoot(b), PythonPolicy(state)) ? 1 : 0
  } catch {
    _ = status(of: error)
    return -1
  }
}

@c @implementation
func hamt_map_hash(
  _ state: State, _ map: OpaquePointer?, _ hash: UnsafeMutablePointer<UInt64>
) -> hamt_status {
  do throws(Failure) {
    hash.pointee = try PythonRoot(map).contributions(PythonPolicy(state))
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}

// MARK: - Updating

@c @implementation
func hamt_map_inserting(
  _ state: State, _ map: OpaquePointer?, _ key: Object, _ hash: Int, _ value: Object,
  _ result: UnsafeMutablePointer<OpaquePointer?>
) -> hamt_status {
  do throws(Failure) {
    var root = PythonRoot(map)
    let outcome = try root.insert(
      Entry(key: key, value: value), path: PythonPolicy.path(hash: hash), inPlace: false,
      PythonPolicy(state))
    guard case .changed = outcome else { return .HAMT_UNCHANGED }
    result.pointee = root.map
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}

@c @implementation
func hamt_map_removing(
  _ state: State, _ map: OpaquePointer?, _ key: Object, _ hash: Int,
  _ result: UnsafeMutablePointer<OpaquePointer?>
) -> hamt_status {
  do throws(Failure) {
    var root = PythonRoot(map)
    let outcome = try root.remove(
      key, path: PythonPolicy.path(hash: hash), inPlace: false, PythonPolicy(state))
    guard case .changed = outcome else { return .HAMT_NOT_FOUND }
    result.pointee = root.map
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}

/// Edits the map in `place`, with what is displaced written to `displaced`.
@inline(__always)
private func edit(
  _ place: UnsafeMutablePointer<OpaquePointer?>, _ displaced: UnsafeMutablePointer<hamt_displaced>,
  unchanged: hamt_status,
  _ body: (inout PythonRoot) throws(Failure) -> EditOutcome<PythonPolicy>
) -> hamt_status {
  var root = PythonRoot(place.pointee)
  defer { place.pointee = root.map }
  do throws(Failure) {
    guard case .changed(_, let garbage) = try body(&root) else { return unchanged }
    // SAFETY: hamt_displaced_release reads it back as what it is written as.
    precondition(
      MemoryLayout<Displaced<PythonPolicy>>.size <= MemoryLayout<hamt_displaced>.size,
      "hamt_displaced is too short")
    UnsafeMutableRawPointer(displaced).initializeMemory(
      as: Displaced<PythonPolicy>.self, to: garbage)
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}

@c @implementation
func hamt_map_insert(
  _ state: State, _ map: UnsafeMutablePointer<OpaquePointer?>, _ key: Object, _ hash: Int,
  _ value: Object, _ displaced: UnsafeMutablePointer<hamt_displaced>
) -> hamt_status {
  edit(map, displaced, unchanged: .HAMT_UNCHANGED) { (root) throws(Failure) in
    try root.insert(
      Entry(key: key, value: value), path: PythonPolicy.path(hash: hash), inPlace: true,
      PythonPolicy(state))
  }
}

@c @implementation
func hamt_map_remove(
  _ state: State, _ map: UnsafeMutablePointer<OpaquePointer?>, _ key: Object, _ hash: Int,
  _ displaced: UnsafeMutablePointer<hamt_displaced>
) -> hamt_status {
  edit(map, displaced, unchanged: .HAMT_NOT_FOUND) { (root) throws(Failure) in
    try root.remove(
      key, path: PythonPolicy.path(hash: hash), inPlace: true, PythonPolicy(state))
  }
}

@c @implementation
func hamt_displaced_release(_ state: State, _ displaced: UnsafeMutablePointer<hamt_displaced>) {
  UnsafeMutableRawPointer(displaced).assumingMemoryBound(to: Displaced<PythonPolicy>.self)
    .pointee.release(PythonPolicy(state))
}

@c @implementation
func hamt_map_build(
  _ seeds: UnsafeMutablePointer<hamt_seed>, _ count: Int, _ state: State,
  _ result: UnsafeMutablePointer<OpaquePointer?>
) -> hamt_status {
  // SAFETY: a hamt_seed is laid out as a Seed; the hash gives way to the path.
  let start = UnsafeMutableRawPointer(seeds).assumingMemoryBound(
    to: Seed<PythonPolicy.Element>.self)
  for index in 0..<count {
    start[index].path = PythonPolicy.path(
      hash: Int(truncatingIfNeeded: Int64(bitPattern: seeds[index].hash)))
  }
  do throws(Failure) {
    let root = try PythonRoot.build(start, count: count, PythonPolicy(state))
    result.pointee = root.map
    return .HAMT_OK
  } catch {
    return status(of: error)
  }
}

@c @implementation
func hamt_map_holds_equal_keys(_ state: State, _ map: OpaquePointer?) -> Int32 {
  do throws(Failure) {
    return try PythonRoot(map).node?.holdsEqualKeys(PythonPolicy(state)) ?? false ? 1 : 0
  } catch {
    _ = status(of: error)
    return -1
  }
}

// MARK: - Pool

@c @implementation
func hamt_pool_create() -> UnsafeMutableRawPointer? {
  NodePool()?.handle
}

@c @implementation
func hamt_pool_destroy(_ pool: UnsafeMutableRawPointer) {
  NodePool(handle: pool).destroy { hamt_node_free_plain($0) }
}
