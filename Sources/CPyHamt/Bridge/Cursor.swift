// swift-format-ignore-file: AlwaysUseLowerCamelCase
// SPDX-License-Identifier: Apache-2.0

import CPyHamtShim
import HamtCore

/// The ABI functions on cursors. A `hamt_cursor` is the memory of a `Cursor`, whose first two words C
/// reads and moves itself.

private typealias PythonCursor = Cursor<PythonPolicy>

extension PythonCursor.Parts {
  @inline(__always)
  fileprivate init(_ parts: hamt_parts) {
    switch parts {
    case .HAMT_KEYS: self = .keys
    case .HAMT_VALUES: self = .values
    case .HAMT_ITEMS: self = .both
    }
  }
}

@c @implementation
func hamt_cursor_init(
  _ cursor: UnsafeMutablePointer<hamt_cursor>, _ map: OpaquePointer?, _ parts: hamt_parts
) {
  precondition(
    MemoryLayout<PythonCursor>.size <= MemoryLayout<hamt_cursor>.size, "hamt_cursor is too short")
  PythonCursor.begin(
    PythonRoot(map), parts: PythonCursor.Parts(parts),
    in: UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: PythonCursor.self))
}

@c @implementation
func hamt_cursor_advance(_ cursor: UnsafeMutablePointer<hamt_cursor>) -> Bool {
  UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: PythonCursor.self).pointee.advance()
}
