;; Follows the structure of JSON text as json-bytes.ts does, 16 or 64 bytes at a time. `npm run assemble` makes
;; json-scanner-code.ts of it.
;;
;; Every function returns -1 where it cannot go on: the text is cut short, is no JSON, or is unusual. json-bytes.ts then
;; reads the same text from the start and decides, so nothing here needs to know what is wrong or how to say it.
;;
;; Memory: names from 0, spans from 4096, the text from 8192; behind the text 64 bytes of zeros, which each export
;; writes, then elements. Offsets into the text count from its start: loads add the 8192. Loops look whether they have
;; passed the end only when they have found nothing, for all that they look for differs from zero. 64 bytes are loaded
;; from before the end, 16 from no later than the end, so that nothing sees what a longer text left behind the zeros.
(module
  (memory (export "memory") 1)

  ;; -1 if there is no memory to be had.
  (func (export "grow") (param $pages i32) (result i32)
    (memory.grow (local.get $pages)))

  ;; Looks for the members of the object at $at by the names in memory, and writes three offsets for each between 4096
  ;; and $spansEnd: start of the name, start and end of the value; zeros if it is absent. Returns the offset after the
  ;; object. A name with a backslash, or one of the names for the second time: -1.
  ;;
  ;; Names: 32 addresses, by length modulo 32, of the first entry of a list, or 0. An entry: the address of the next
  ;; one, length, address of its spans, 4 bytes unused, the name filled up to 16 bytes.
  (func (export "members") (param $at i32) (param $end i32) (param $spansEnd i32) (result i32)
    (local $next i32) (local $name i32) (local $value i32) (local $entry i32) (local $found i32)
    (call $finish (local.get $end))
    (local.set $next (i32.const 4096))
    (loop $zero
      (v128.store (local.get $next) (v128.const i64x2 0 0))
      (br_if $zero (i32.lt_u (local.tee $next (i32.add (local.get $next) (i32.const 16))) (local.get $spansEnd))))

    (local.set $next (call $space (local.get $at)))
    (if (i32.ne (i32.load8_u offset=8192 (local.get $next)) (i32.const 0x7b)) (then (return (i32.const -1))))
    (local.set $next (call $space (i32.add (local.get $next) (i32.const 1))))
    (if (i32.eq (i32.load8_u offset=8192 (local.get $next)) (i32.const 0x7d))
      (then (return (i32.add (local.get $next) (i32.const 1)))))

    (loop $member
      (if (i32.ne (i32.load8_u offset=8192 (local.get $next)) (i32.const 0x22)) (then (return (i32.const -1))))
      (local.set $name (i32.add (local.get $next) (i32.const 1)))
      (local.set $next (local.get $name))
      (loop $further
        (if (i32.eqz (local.tee $found (call $quotes (v128.load offset=8192 (local.get $next)))))
          (then
            (local.set $next (i32.add (local.get $next) (i32.const 16)))
            (br_if $further (i32.lt_u (local.get $next) (local.get $end)))
            (return (i32.const -1)))))
      (local.set $next (i32.add (local.get $next) (i32.ctz (local.get $found))))
      (if (i32.ne (i32.load8_u offset=8192 (local.get $next)) (i32.const 0x22)) (then (return (i32.const -1))))

      (local.set $entry (call $entry (local.get $name) (i32.sub (local.get $next) (local.get $name))))
      (local.set $next (call $space (i32.add (local.get $next) (i32.const 1))))
      (if (i32.ne (i32.load8_u offset=8192 (local.get $next)) (i32.const 0x3a)) (then (return (i32.const -1))))
      (local.set $value (call $space (i32.add (local.get $next) (i32.const 1))))
      (local.set $next (call $value (local.get $value) (local.get $end)))
      (if (i32.eq (local.get $next) (i32.const -1)) (then (return (i32.const -1))))
      (if (local.get $entry)
        (then
          (local.set $entry (i32.load offset=8 (local.get $entry)))
          (if (i32.load offset=8 (local.get $entry)) (then (return (i32.const -1))))
          (i32.store (local.get $entry) (i32.sub (local.get $name) (i32.const 1)))
          (i32.store offset=4 (local.get $entry) (local.get $value))
          (i32.store offset=8 (local.get $entry) (local.get $next))))

      (local.set $next (call $space (local.get $next)))
      (local.set $found (i32.load8_u offset=8192 (local.get $next)))
      (local.set $next (i32.add (local.get $next) (i32.const 1)))
      (if (i32.eq (local.get $found) (i32.const 0x7d)) (then (return (local.get $next))))
      (local.set $next (call $space (local.get $next)))
      (br_if $member (i32.eq (local.get $found) (i32.const 0x2c))))
    (i32.const -1))

  ;; Writes start and end of each element of the array at $at into memory from $out; returns the address behind the
  ;; last pair. No room for a pair below $outEnd: -1.
  (func (export "elements") (param $at i32) (param $end i32) (param $out i32) (param $outEnd i32) (result i32)
    (local $next i32) (local $byte i32)
    (call $finish (local.get $end))
    (local.set $next (call $space (local.get $at)))
    (if (i32.ne (i32.load8_u offset=8192 (local.get $next)) (i32.const 0x5b)) (then (return (i32.const -1))))
    (local.set $next (call $space (i32.add (local.get $next) (i32.const 1))))
    (if (i32.eq (i32.load8_u offset=8192 (local.get $next)) (i32.const 0x5d)) (then (return (local.get $out))))

    (loop $element
      (if (i32.gt_u (i32.add (local.get $out) (i32.const 8)) (local.get $outEnd)) (then (return (i32.const -1))))
      (i32.store (local.get $out) (local.get $next))
      (local.set $next (call $value (local.get $next) (local.get $end)))
      (if (i32.eq (local.get $next) (i32.const -1)) (then (return (i32.const -1))))
      (i32.store offset=4 (local.get $out) (local.get $next))
      (local.set $out (i32.add (local.get $out) (i32.const 8)))

      (local.set $next (call $space (local.get $next)))
      (local.set $byte (i32.load8_u offset=8192 (local.get $next)))
      (if (i32.eq (local.get $byte) (i32.const 0x5d)) (then (return (local.get $out))))
      (local.set $next (call $space (i32.add (local.get $next) (i32.const 1))))
      (br_if $element (i32.eq (local.get $byte) (i32.const 0x2c))))
    (i32.const -1))

  ;; Zeros behind the text.
  (func $finish (param $end i32)
    (v128.store offset=8192 (local.get $end) (v128.const i64x2 0 0))
    (v128.store offset=8208 (local.get $end) (v128.const i64x2 0 0))
    (v128.store offset=8224 (local.get $end) (v128.const i64x2 0 0))
    (v128.store offset=8240 (local.get $end) (v128.const i64x2 0 0)))

  ;; The offset of the first byte from $at on that is not white space.
  (func $space (param $at i32) (result i32)
    (local $byte i32)
    (loop $further
      (local.set $byte (i32.load8_u offset=8192 (local.get $at)))
      ;; Most bytes are not: one comparison says so.
      (if (i32.gt_u (local.get $byte) (i32.const 0x20)) (then (return (local.get $at))))
      (if (i32.or
            (i32.or (i32.eq (local.get $byte) (i32.const 0x20)) (i32.eq (local.get $byte) (i32.const 0x0a)))
            (i32.or (i32.eq (local.get $byte) (i32.const 0x0d)) (i32.eq (local.get $byte) (i32.const 0x09))))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $further))))
    (local.get $at))

  ;; The entry of the name of $length bytes at $name, or 0.
  (func $entry (param $name i32) (param $length i32) (result i32)
    (local $entry i32) (local $done i32) (local $equal i32)
    (local.set $entry (i32.load (i32.shl (i32.and (local.get $length) (i32.const 31)) (i32.const 2))))
    (block $none
      (loop $another
        (br_if $none (i32.eqz (local.get $entry)))
        (block $differs
          (br_if $differs (i32.ne (i32.load offset=4 (local.get $entry)) (local.get $length)))
          (local.set $done (i32.const 0))
          (loop $further
            (local.set $equal (i8x16.bitmask (i8x16.eq
              (v128.load offset=8192 (i32.add (local.get $name) (local.get $done)))
              (v128.load offset=16 (i32.add (local.get $entry) (local.get $done))))))
            (if (i32.gt_u (i32.sub (local.get $length) (local.get $done)) (i32.const 16))
              (then
                (br_if $differs (i32.ne (local.get $equal) (i32.const 0xffff)))
                (local.set $done (i32.add (local.get $done) (i32.const 16)))
                (br $further))))
          ;; Of the last 16 bytes those behind the name do not count.
          (br_if $differs (i32.ne (i32.const -1)
            (i32.or
              (local.get $equal)
              (i32.shl (i32.const -1) (i32.sub (local.get $length) (local.get $done))))))
          (return (local.get $entry)))
        (local.set $entry (i32.load (local.get $entry)))
        (br $another)))
    (i32.const 0))

  ;; The offset after the value at $at.
  (func $value (param $at i32) (param $end i32) (result i32)
    (local $byte i32)
    (local.set $byte (i32.load8_u offset=8192 (local.get $at)))
    (if (i32.eq (local.get $byte) (i32.const 0x22))
      (then (return (call $string (i32.add (local.get $at) (i32.const 1)) (local.get $end)))))
    (if (i32.eq (i32.or (local.get $byte) (i32.const 0x20)) (i32.const 0x7b))
      (then (return (call $nested (local.get $at) (local.get $end)))))
    (call $scalar (local.get $at) (local.get $end)))

  ;; The offset after the string whose first character is at $at.
  (func $string (param $at i32) (param $end i32) (result i32)
    (local $found i32)
    (loop $further
      (if (local.tee $found (call $quotes (v128.load offset=8192 (local.get $at))))
        (then
          (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $found))))
          (if (i32.eq (i32.load8_u offset=8192 (local.get $at)) (i32.const 0x22))
            (then (return (i32.add (local.get $at) (i32.const 1)))))
          (local.set $at (i32.add (local.get $at) (i32.const 2))))
        (else
          (local.set $at (i32.add (local.get $at) (i32.const 16)))))
      (br_if $further (i32.lt_u (local.get $at) (local.get $end))))
    (i32.const -1))

  ;; One bit for each quote and backslash.
  (func $quotes (param $bytes v128) (result i32)
    (i8x16.bitmask (v128.or
      (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x22)))
      (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x5c))))))

  ;; The offset after the number, true, false or null at $at: that of a comma, a closing bracket, or anything up to a
  ;; blank, be it white space or not: the caller will not like it then. Nothing before it: -1.
  (func $scalar (param $at i32) (param $end i32) (result i32)
    (local $start i32) (local $bytes v128) (local $found i32)
    (local.set $start (local.get $at))
    (loop $further
      (local.set $bytes (v128.load offset=8192 (local.get $at)))
      (local.set $found (i8x16.bitmask (v128.or
        (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x2c)))
        (v128.or
          (i8x16.le_u (local.get $bytes) (i8x16.splat (i32.const 0x20)))
          (i8x16.eq
            (v128.or (local.get $bytes) (i8x16.splat (i32.const 0x20)))
            (i8x16.splat (i32.const 0x7d)))))))
      (if (i32.eqz (local.get $found))
        (then
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $further (i32.lt_u (local.get $at) (local.get $end)))
          (return (i32.const -1)))))
    (local.set $at (i32.add (local.get $at) (i32.ctz (local.get $found))))
    (select (i32.const -1) (local.get $at) (i32.eq (local.get $at) (local.get $start))))

  ;; The offset after the object or array at $at. Each turn makes masks of 64 bytes, one bit for each: of quotes,
  ;; backslashes, opening and closing brackets. What lies in strings is then masked out, and where more brackets are
  ;; open than the block closes, counting them is all there is to do.
  (func $nested (param $at i32) (param $end i32) (result i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $quotes i64) (local $backslashes i64) (local $escaped i64) (local $strings i64)
    (local $opening i64) (local $closing i64) (local $bit i64)
    (local $depth i64) (local $closed i64)
    ;; What a block hands on to the next: all bits are set if it ends within a string; the first bit is set if it ends
    ;; in a backslash that escapes what follows.
    (local $inString i64) (local $escapes i64)
    (loop $block
      (local.set $a (v128.load offset=8192 (local.get $at)))
      (local.set $b (v128.load offset=8208 (local.get $at)))
      (local.set $c (v128.load offset=8224 (local.get $at)))
      (local.set $d (v128.load offset=8240 (local.get $at)))
      (local.set $quotes (call $mask
        (i8x16.eq (local.get $a) (i8x16.splat (i32.const 0x22)))
        (i8x16.eq (local.get $b) (i8x16.splat (i32.const 0x22)))
        (i8x16.eq (local.get $c) (i8x16.splat (i32.const 0x22)))
        (i8x16.eq (local.get $d) (i8x16.splat (i32.const 0x22)))))
      (local.set $backslashes (call $mask
        (i8x16.eq (local.get $a) (i8x16.splat (i32.const 0x5c)))
        (i8x16.eq (local.get $b) (i8x16.splat (i32.const 0x5c)))
        (i8x16.eq (local.get $c) (i8x16.splat (i32.const 0x5c)))
        (i8x16.eq (local.get $d) (i8x16.splat (i32.const 0x5c)))))
      ;; This bit tells a bracket from a brace, and their bytes from no others.
      (local.set $a (v128.or (local.get $a) (i8x16.splat (i32.const 0x20))))
      (local.set $b (v128.or (local.get $b) (i8x16.splat (i32.const 0x20))))
      (local.set $c (v128.or (local.get $c) (i8x16.splat (i32.const 0x20))))
      (local.set $d (v128.or (local.get $d) (i8x16.splat (i32.const 0x20))))
      (local.set $opening (call $mask
        (i8x16.eq (local.get $a) (i8x16.splat (i32.const 0x7b)))
        (i8x16.eq (local.get $b) (i8x16.splat (i32.const 0x7b)))
        (i8x16.eq (local.get $c) (i8x16.splat (i32.const 0x7b)))
        (i8x16.eq (local.get $d) (i8x16.splat (i32.const 0x7b)))))
      (local.set $closing (call $mask
        (i8x16.eq (local.get $a) (i8x16.splat (i32.const 0x7d)))
        (i8x16.eq (local.get $b) (i8x16.splat (i32.const 0x7d)))
        (i8x16.eq (local.get $c) (i8x16.splat (i32.const 0x7d)))
        (i8x16.eq (local.get $d) (i8x16.splat (i32.const 0x7d)))))

      (if (i64.ne (i64.const 0) (i64.or (local.get $backslashes) (local.get $escapes)))
        (then
          ;; In a run of backslashes every second one is escaped by the one before it. Subtracting lets a borrow run
          ;; through each run that starts at an odd bit, so that one rule serves runs of either start; the trick is
          ;; simdjson's, https://github.com/simdjson/simdjson (json_escape_scanner).
          (local.set $bit (i64.and (local.get $backslashes) (i64.xor (local.get $escapes) (i64.const -1))))
          (local.set $bit (i64.xor
            (i64.sub
              (i64.or (i64.shl (local.get $bit) (i64.const 1)) (i64.const 0xaaaaaaaaaaaaaaaa))
              (local.get $bit))
            (i64.const 0xaaaaaaaaaaaaaaaa)))
          (local.set $escaped (i64.xor (local.get $bit) (i64.or (local.get $backslashes) (local.get $escapes))))
          (local.set $escapes (i64.shr_u (i64.and (local.get $bit) (local.get $backslashes)) (i64.const 63)))
          (local.set $quotes (i64.and (local.get $quotes) (i64.xor (local.get $escaped) (i64.const -1))))))

      ;; Each bit becomes the parity of the quotes up to it: set from a string's first quote to before its last.
      (local.set $strings (i64.xor (local.get $quotes) (i64.shl (local.get $quotes) (i64.const 1))))
      (local.set $strings (i64.xor (local.get $strings) (i64.shl (local.get $strings) (i64.const 2))))
      (local.set $strings (i64.xor (local.get $strings) (i64.shl (local.get $strings) (i64.const 4))))
      (local.set $strings (i64.xor (local.get $strings) (i64.shl (local.get $strings) (i64.const 8))))
      (local.set $strings (i64.xor (local.get $strings) (i64.shl (local.get $strings) (i64.const 16))))
      (local.set $strings (i64.xor (local.get $strings) (i64.shl (local.get $strings) (i64.const 32))))
      (local.set $strings (i64.xor (local.get $strings) (local.get $inString)))
      (local.set $inString (i64.shr_s (local.get $strings) (i64.const 63)))

      (local.set $bit (i64.xor (local.get $strings) (i64.const -1)))
      ;; Outside of strings a backslash escapes nothing; but then the text is no JSON.
      (if (i64.ne (i64.const 0) (i64.and (local.get $backslashes) (local.get $bit))) (then (return (i32.const -1))))
      (local.set $opening (i64.and (local.get $opening) (local.get $bit)))
      (local.set $closing (i64.and (local.get $closing) (local.get $bit)))

      (if (i64.ge_s (i64.popcnt (local.get $closing)) (local.get $depth))
        (then
          (local.set $closed (local.get $closing))
          (loop $bracket
            (if (i64.ne (i64.const 0) (local.get $closed))
              (then
                (local.set $bit (i64.sub (i64.and (local.get $closed) (i64.sub (i64.const 0) (local.get $closed))) (i64.const 1)))
                ;; What was open before, and what opens and closes before this bracket.
                (if (i64.eq (i64.const 1) (i64.sub
                      (i64.add (local.get $depth) (i64.popcnt (i64.and (local.get $opening) (local.get $bit))))
                      (i64.popcnt (i64.and (local.get $closing) (local.get $bit)))))
                  (then (return (i32.add
                    (i32.add (local.get $at) (i32.const 1))
                    (i32.wrap_i64 (i64.ctz (local.get $closed)))))))
                (local.set $closed (i64.and (local.get $closed) (i64.sub (local.get $closed) (i64.const 1))))
                (br $bracket))))))
      (local.set $depth (i64.sub
        (i64.add (local.get $depth) (i64.popcnt (local.get $opening)))
        (i64.popcnt (local.get $closing))))
      (local.set $at (i32.add (local.get $at) (i32.const 64)))
      (br_if $block (i32.lt_u (local.get $at) (local.get $end))))
    (i32.const -1))

  ;; The highest bits of 64 bytes.
  (func $mask (param $a v128) (param $b v128) (param $c v128) (param $d v128) (result i64)
    (i64.or
      (i64.or
        (i64.extend_i32_u (i8x16.bitmask (local.get $a)))
        (i64.shl (i64.extend_i32_u (i8x16.bitmask (local.get $b))) (i64.const 16)))
      (i64.or
        (i64.shl (i64.extend_i32_u (i8x16.bitmask (local.get $c))) (i64.const 32))
        (i64.shl (i64.extend_i32_u (i8x16.bitmask (local.get $d))) (i64.const 48)))))
)
