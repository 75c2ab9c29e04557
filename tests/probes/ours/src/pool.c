#define FAMILY "pool"
#include "probe.h"
static u8 *al(u64 t, u64 n) { void *p = 0; return B->AllocatePool(t, n, &p) ? 0 : p; }
static void probe(void) {
  void *p; st s; u64 k;
  p = (void *)7; s = B->AllocatePool(2, 0, &p); P("size0", "%r nonnull=%y", s, p != 0 && p != (void *)7); P("size0_free", "%r", B->FreePool(p));
  p = (void *)7; s = B->AllocatePool(2, ~0ull, &p); P("max", "%r %s", s, p == (void *)7 ? "X" : p ? "?" : "NULL"); p = (void *)7; s = B->AllocatePool(2, 0x4000000000, &p); P("big", "%r %s", s, p == (void *)7 ? "X" : p ? "?" : "NULL");
  p = (void *)7; s = B->AllocatePool(7, 8, &p); P("badtype", "%r %s", s, p == (void *)7 ? "X" : p ? "?" : "NULL"); P("null_out", "%r %r", B->AllocatePool(2, 8, 0), B->AllocatePool(7, 8, 0)); P("types", "%r %r %r", B->AllocatePool(14, 8, &p), B->AllocatePool(15, 8, &p), B->AllocatePool(16, 8, &p));
  P("free_null", "%r", B->FreePool(0));
  u8 *a = al(2, 100); P("free_ok", "%r", B->FreePool(a));
  a = al(2, 10000); P("big_offset", "%x", (u64)a & 0xfff); P("big_free", "%r", B->FreePool(a)); a = al(2, 2648); u8 *b = al(2, 2649); P("edge2648", "%x page=%y", (u64)a & 7, ((u64)b & 0xfff) == 0x18); B->FreePool(a); B->FreePool(b);
  /* layout: neighbours in a fresh type */
  static const u64 sz[] = {1, 8, 24, 64, 88, 89, 100, 200, 216, 217, 300, 344, 345, 600, 601, 984, 985, 1624, 1625, 2648, 2649, 4056, 4057};
  for (u64 i = 0; i < sizeof sz / 8; i++) { char n[16] = "sz"; int q = 2; u64 v = sz[i], m = 1000; for (; m; m /= 10) if (v >= m || m == 1) n[q++] = (char)('0' + v / m % 10); n[q] = 0; u64 t = 0x80000100 + i; k = key(); u8 *x = al(t, sz[i]); u64 k1 = key(); u8 *y = al(t, sz[i]); u64 k2 = key(); B->FreePool(y); u64 k3 = key(); B->FreePool(x); u64 k4 = key(); P(n, "off=%x delta=%d keys=%d,%d,%d,%d", (u64)x & 0xfff, (s64)(y - x), k1 - k, k2 - k1, k3 - k2, k4 - k3); }
  /* reuse: LIFO */
  { u64 t = 0x80000200; u8 *x = al(t, 50), *y = al(t, 50), *z = al(t, 50); B->FreePool(x); B->FreePool(y); u8 *r = al(t, 50), *r2 = al(t, 50); P("lifo", "%y %y delta=%d,%d", r == y, r2 == x, (s64)(y - x), (s64)(z - y)); B->FreePool(r); u8 *w = al(t, 60); P("same_bucket", "%y", w == r); B->FreePool(w); B->FreePool(r2); k = key(); B->FreePool(z); P("page_back", "%d", key() - k); }
  { u64 t = 0x80000201; u8 *x = al(t, 2000), *y = al(t, 50); P("mixed", "%x %x same=%y", (u64)x & 0xfff, (u64)y & 0xfff, ((u64)x >> 12) == ((u64)y >> 12)); B->FreePool(x); B->FreePool(y); }
  { u64 t = 0x80000202; u8 *v[40]; for (int i = 0; i < 40; i++) v[i] = al(t, 50); int pages = 0; for (int i = 0; i < 40; i++) { int f = 1; for (int j = 0; j < i; j++) if ((u64)v[j] >> 12 == (u64)v[i] >> 12) f = 0; pages += f; } P("forty", "pages=%d first=%x second=%x last=%x", pages, (u64)v[0] & 0xfff, (u64)v[1] & 0xfff, (u64)v[39] & 0xfff); k = key(); for (int i = 0; i < 40; i++) B->FreePool(v[i]); P("forty_free", "%d", key() - k); }
  { u8 *x = al(2, 50), *y = al(4, 50), *z = al(6, 50); P("types_apart", "%y", ((u64)x >> 12) != ((u64)y >> 12) && ((u64)y >> 12) != ((u64)z >> 12)); P("types_at", "%d %d %d", typeAt((u64)x), typeAt((u64)y), typeAt((u64)z)); B->FreePool(x); B->FreePool(y); B->FreePool(z); }
  { u8 *x = al(2, 8000); u64 pg = (u64)x & ~0xfffull; P("big_type", "%d %d", typeAt(pg), typeAt(pg + 0x1000)); k = key(); B->FreePool(x); P("big_free_type", "%d d=%d", typeAt(pg), key() - k); }
  { u64 pg = 0; B->AllocatePages(0, 2, 1, &pg); B->FreePages(pg, 1); u8 *x = al(2, 8000); P("pool_as_pages", "%r", B->FreePages((u64)x & ~0xfffull, 2)); }
  a = al(2, 16); P("tail_broken", "align8=%y", ((u64)a & 7) == 0);
  { u8 *x = al(2, 33); u64 o = B->RaiseTPL(16); p = 0; st q = B->AllocatePool(2, 8, &p); st f = B->FreePool(x); B->RestoreTPL(o); P("notify", "%r %r", q, f); B->FreePool(p); }
}
