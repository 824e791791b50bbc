// swift-format-ignore-file: AlwaysUseLowerCamelCase
// SPDX-License-Identifier: Apache-2.0

import CPyHamtShim
import HamtCore

/// The ABI functions on cursors. A `hamt_cursor` is the memory of a `Cursor`, whose first two words C
/// reads and moves itself.

private typealias PythonCursor = Cursor<PythonPolicy>

@c @implementation
func hamt_cursor_init(_ cursor: UnsafeMutablePointer<hamt_cursor>, _ map: OpaquePointer?) {
  precondition(
    MemoryLayout<PythonCursor>.size <= MemoryLayout<hamt_cursor>.size, "hamt_cursor is too short")
  PythonCursor.begin(
    PythonRoot(map),
    in: UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: PythonCursor.self))
}

@c @implementation
func hamt_cursor_advance(_ cursor: UnsafeMutablePointer<hamt_cursor>) -> Bool {
  UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: PythonCursor.self).pointee.advance()
}
