#define FAMILY "pages"
#include "probe.h"
static u64 al(u64 t, u64 m, u64 n, u64 a) { st s = B->AllocatePages(t, m, n, &a); return s ? s : a; }
#define OKA(v) (!((v) >> 63))
static void tr(const char *n, u64 t, u64 m, u64 c, u64 a) { u64 x = a; u64 k = key(); st s = B->AllocatePages(t, m, c, &x); u64 k2 = key(); P(n, "%r same=%y d=%d", s, x == a, k2 - k); if (!s) B->FreePages(x, c); }
static void probe(void) {
  st s; u64 a, b, c, k;
  u64 base = al(0, mLD, 64, 0); B->FreePages(base, 64); /* a free window, allocated piecewise below */
  u64 top = base + 64 * 4096 - 1; a = al(1, mLD, 1, top); b = al(1, mLD, 1, top); P("topdown", "%y %y", a == top - 4095, b == a - 4096); B->FreePages(a, 1); c = al(1, mLD, 1, top); P("reuse_hole", "%y", c == a); B->FreePages(c, 1); B->FreePages(b, 1);
  a = al(1, mLD, 4, top); b = al(1, mLD, 2, top); P("below", "%d", (s64)(a - b)); B->FreePages(a, 4); c = al(1, mLD, 2, top); P("hole_top", "%y", c == a + 0x2000); u64 d = al(1, mLD, 3, top); P("too_big_for_hole", "%d", (s64)(b - d)); B->FreePages(c, 2); B->FreePages(b, 2); B->FreePages(d, 3);
  /* address */
  tr("addr_free", 2, mLD, 4, base); tr("addr_unaligned", 2, mLD, 1, base + 0x800); tr("addr_one_off", 2, mLD, 1, base + 1); tr("addr_zero", 2, mLD, 1, 0); tr("addr_page1", 2, mLD, 1, 0x1000); tr("addr_zero_pages", 2, mLD, 0, base); tr("addr_many", 2, mLD, 0x100000000000, base); tr("addr_wrap", 2, mLD, 2, 0xfffffffffffff000); tr("addr_maxpages", 2, mLD, ~0ull, base);
  tr("addr_high", 2, mLD, 1, 0x4000000000); tr("addr_hole", 2, mLD, 1, 0xa0000); tr("addr_span_hole", 2, mLD, 2, 0x9f000); tr("addr_last_low", 2, mLD, 1, 0x9f000); tr("addr_1m", 2, mLD, 1, 0x100000); tr("addr_mmio", 2, mLD, 1, 0xfee00000); tr("addr_flash", 2, mLD, 1, 0xffc00000); tr("addr_noncanon", 2, mLD, 1, 0x8000000000000000);
  a = al(2, mLD, 8, base); P("addr_window", "%y", a == base); tr("addr_taken_first", 2, mLD, 1, base); tr("addr_taken_last", 2, mLD, 1, base + 0x7000); tr("addr_straddle_low", 2, mLD, 2, base - 0x1000); tr("addr_straddle_high", 2, mLD, 2, base + 0x7000); tr("addr_next", 2, mLD, 1, base + 0x8000); tr("addr_before", 2, mLD, 1, base - 0x1000);
  /* free */
  k = key(); s = B->FreePages(base + 0x2000, 2); P("free_middle", "%r d=%d t=%d,%d,%d", s, key() - k, typeAt(base + 0x1000), typeAt(base + 0x2000), typeAt(base + 0x4000)); k = key();
  s = B->FreePages(base + 0x2000, 2); P("free_middle_again", "%r d=%d", s, key() - k); k = key(); s = B->FreePages(base + 0x1000, 3); P("free_spanning_free", "%r d=%d t=%d,%d", s, key() - k, typeAt(base + 0x1000), typeAt(base + 0x3000));
  s = B->FreePages(base, 8); P("free_mixed", "%r t=%d,%d", s, typeAt(base), typeAt(base + 0x4000)); s = B->FreePages(base + 0x4000, 4); P("free_tail", "%r t=%d", s, typeAt(base + 0x4000)); s = B->FreePages(base, 2); P("free_head", "%r t=%d", s, typeAt(base));
  s = B->FreePages(base, 1); P("free_free", "%r", s); P("free_null", "%r %r", B->FreePages(0, 1), B->FreePages(0x1000, 1)); P("free_unknown", "%r %r", B->FreePages(0xfee00000, 1), B->FreePages(0x4000000000, 1));
  a = al(2, mLD, 4, base); P("free_unaligned", "%r %r", B->FreePages(base + 8, 1), B->FreePages(base + 0x800, 1)); P("free_zero", "%r %r", B->FreePages(base, 0), B->FreePages(base + 0x3000, 0)); k = key(); s = B->FreePages(base, 5); P("free_beyond", "%r d=%d t=%d,%d", s, key() - k, typeAt(base), typeAt(base + 0x3000)); B->FreePages(base, 4);
  a = al(2, mLD, 4, base); P("free_huge", "%r", B->FreePages(base, 0x10000000000000)); P("free_max", "%r", B->FreePages(base, ~0ull)); B->FreePages(base, 4); P("free_max_t", "%d", typeAt(base));
  /* neighbours of two types freed in one go */
  al(2, mLD, 2, base); al(2, mBD, 2, base + 0x2000); al(2, mLC, 2, base + 0x4000); k = key(); s = B->FreePages(base + 0x1000, 4); P("free_three_types", "%r d=%d t=%d,%d,%d,%d", s, key() - k, typeAt(base), typeAt(base + 0x1000), typeAt(base + 0x4000), typeAt(base + 0x5000)); B->FreePages(base, 1); B->FreePages(base + 0x5000, 1);
  al(2, mLD, 2, base); al(2, mLD, 2, base + 0x2000); k = key(); s = B->FreePages(base, 4); P("free_two_same", "%r d=%d", s, key() - k);
  /* max address */
  a = al(1, mLD, 1, base + 0xfff); P("max_exact", "%y", a == base); if (OKA(a)) B->FreePages(a, 1); a = al(1, mLD, 1, base + 0x1000); P("max_plus", "%y", a == base - 0x1000 || a == base); P("max_plus_exact", "%d", (s64)(a - base) / 4096); if (OKA(a)) B->FreePages(a, 1);
  a = al(1, mLD, 1, base + 0x1ffe); P("max_fffe", "%d", (s64)(a - base) / 4096); B->FreePages(a, 1); a = al(1, mLD, 2, base + 0x1fff); P("max_two", "%d", (s64)(a - base) / 4096); B->FreePages(a, 2);
  a = al(1, mLD, 1, ~0ull); P("max_all", "%d", OKA(a)); if (OKA(a)) B->FreePages(a, 1); tr("max_zero", 1, mLD, 1, 0); tr("max_ffe", 1, mLD, 1, 0xffe); tr("max_fff", 1, mLD, 1, 0xfff); tr("max_1fff", 1, mLD, 1, 0x1fff); tr("max_1000", 1, mLD, 1, 0x1000); tr("max_zero_pages", 1, mLD, 0, base); tr("max_big", 1, mLD, 0x10000, 0xffffff);
  a = al(1, mLD, 1, 0xfffff); P("max_1m", "%x", a); if (OKA(a)) B->FreePages(a, 1); a = al(1, mLD, 2, 0xfffff); P("max_1m_two", "%x", a); if (OKA(a)) B->FreePages(a, 2); a = al(1, mLD, 1, 0x9efff); P("max_9e", "%x", a); if (OKA(a)) B->FreePages(a, 1);
  P("bad_type", "%r %r %r", al(3, mLD, 1, 0), al(4, mLD, 1, 0), al(~0ull, mLD, 1, 0)); P("bad_order", "%r %r", B->AllocatePages(3, 7, 1, 0), B->AllocatePages(0, 7, 1, 0)); tr("any_zero_pages", 0, mLD, 0, 0x77); tr("any_one", 0, mLD, 1, 0x77);
  /* key deltas */
  k = key(); a = al(0, mLD, 3, 0); P("key_alloc", "%d", key() - k); k = key(); B->FreePages(a, 3); P("key_free", "%d", key() - k); k = key(); key(); P("key_get", "%d", key() - k);
  k = key(); a = al(0, mRD, 1, 0); P("key_rt", "%d %d", key() - k, typeAt(a)); B->FreePages(a, 1); P("key_rt_free", "%d t=%d", key() - k, typeAt(a)); k = key(); a = al(0, mReserved, 1, 0); P("key_res", "%d %d", key() - k, typeAt(a)); B->FreePages(a, 1); P("key_res_free", "t=%d", typeAt(a));
  a = al(0, mACPI, 1, 0); b = al(0, mNVS, 1, 0); c = al(0, mRD, 1, 0); d = al(0, mRC, 1, 0); P("bin_order", "%y %y %y", b > a, a > c, c < a); B->FreePages(a, 1); P("bin_acpi_free", "%d", typeAt(a)); B->FreePages(b, 1); B->FreePages(c, 1); B->FreePages(d, 1);
  tr("addr_in_bin_wrong", 2, mLD, 1, a); tr("addr_in_bin_right", 2, mACPI, 1, a); tr("addr_in_bin_other", 2, mNVS, 1, a); tr("addr_rd_outside", 2, mRD, 1, base);
  a = al(2, mRD, 1, base); P("rd_outside_t", "%d", typeAt(base)); B->FreePages(base, 1); P("rd_outside_freed", "%d", typeAt(base));
  a = al(2, 0x80000005, 1, base); P("oem_t", "%x", typeAt(base)); B->FreePages(base, 1); tr("pal", 0, mPal, 1, 0); tr("unusable", 0, mUnus, 1, 0);
  a = al(0, mRD, 0x200, 0); P("rd_bigger_than_bin", "%y t=%d", OKA(a), OKA(a) ? typeAt(a) : -1); if (OKA(a)) B->FreePages(a, 0x200);
  u64 pat = al(0, mLD, 1, 0); *(u64 *)pat = 0x1234; B->FreePages(pat, 1); u64 pat2 = al(0, mLD, 1, 0); P("content_kept", "%y %x", pat == pat2, *(u64 *)pat2); B->FreePages(pat2, 1);
}
