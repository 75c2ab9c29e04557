/* What every probe shares: tables, GUIDs, output. Lines go straight to the first serial port, so that they can be printed at any TPL. */
#ifndef PROBE_H
#define PROBE_H
#include "efi.h"
static H IH; static ST *S; static BS *B; static RT *R;
static G gLoadedImage = {0x5B1B31A1,0x9562,0x11D2,{0x8E,0x3F,0,0xA0,0xC9,0x69,0x72,0x3B}};
static G gLidp = {0xBC62157E,0x3E33,0x4FEC,{0x99,0x20,0x2D,0x3B,0x36,0xD7,0x50,0xDF}};
static G gDevicePath = {0x09576E91,0x6D3F,0x11D2,{0x8E,0x39,0,0xA0,0xC9,0x69,0x72,0x3B}};
static G gDriverBinding = {0x18A031AB,0xB443,0x4D1A,{0xA5,0xC0,0x0C,0x09,0x26,0x1E,0x9F,0x71}};
static G gSfs = {0x964E5B22,0x6459,0x11D2,{0x8E,0x39,0,0xA0,0xC9,0x69,0x72,0x3B}};
static G gFileInfo = {0x09576E92,0x6D3F,0x11D2,{0x8E,0x39,0,0xA0,0xC9,0x69,0x72,0x3B}};
static G gFsInfo = {0x09576E93,0x6D3F,0x11D2,{0x8E,0x39,0,0xA0,0xC9,0x69,0x72,0x3B}};
static G gVolumeLabel = {0xDB47D7D3,0xFE81,0x11D3,{0x9A,0x35,0,0x90,0x27,0x3F,0xC1,0x4D}};
static G gLoadFile = {0x56EC3091,0x954C,0x11D2,{0x8E,0x3F,0,0xA0,0xC9,0x69,0x72,0x3B}};
static G gLoadFile2 = {0x4006C0C1,0xFCB3,0x403E,{0x99,0x6D,0x4A,0x6C,0x87,0x24,0xE0,0x6D}};
static G gTextIn = {0x387477C1,0x69C7,0x11D2,{0x8E,0x39,0,0xA0,0xC9,0x69,0x72,0x3B}};
static G gTextInEx = {0xDD9E7534,0x7762,0x4698,{0x8C,0x14,0xF5,0x85,0x17,0xA6,0x25,0xAA}};
static G gDpUtil = {0x0379BE4E,0xD706,0x437D,{0xB0,0x37,0xED,0xB8,0x2F,0xB7,0x72,0xA4}};
static G gDpToText = {0x8B843E20,0x8132,0x4852,{0x90,0xCC,0x55,0x1A,0x4E,0x4A,0x7F,0x1C}};
static G gDpFromText = {0x05C99A21,0xC70F,0x4AD2,{0x8A,0x5F,0x35,0xDF,0x33,0x43,0xF5,0x1E}};
static G gGlobal = {0x8BE4DF61,0x93CA,0x11D2,{0xAA,0x0D,0,0xE0,0x98,0x03,0x2B,0x8C}};
static G gDxe = {0x05AD34BA,0x6F02,0x4214,{0x95,0x2E,0x4D,0xA0,0x39,0x8E,0x2B,0xB9}};
static G gMapChange = {0x78BEE926,0x692F,0x48FD,{0x9E,0xDB,0x01,0x42,0x2E,0xF0,0xD7,0xAB}};
static G gEbs = {0x27ABF055,0xB1B8,0x4C26,{0x80,0x48,0x74,0x8F,0x37,0xBA,0xA2,0xDF}};
static G gBeforeEbs = {0x8BE0E274,0x3970,0x4B44,{0x80,0xC5,0x1A,0xB9,0x50,0x2F,0x3B,0xFC}};
static G gReadyToBoot = {0x7CE88FB3,0x4BD7,0x4679,{0x87,0xA8,0xA8,0xD8,0xDE,0xE5,0x0D,0x2B}};
static G gA = {0xA0000001,0x1111,0x2222,{1,2,3,4,5,6,7,8}};
static G gB = {0xA0000002,0x1111,0x2222,{1,2,3,4,5,6,7,8}};
static G gC = {0xA0000003,0x1111,0x2222,{1,2,3,4,5,6,7,8}};
static G gD = {0xA0000004,0x1111,0x2222,{1,2,3,4,5,6,7,8}};
static inline void outb(u16 p, u8 v) { __asm__ volatile("outb %0,%1" :: "a"(v), "Nd"(p)); }
static inline u8 inb(u16 p) { u8 v; __asm__ volatile("inb %1,%0" : "=a"(v) : "Nd"(p)); return v; }
static void pc(char c) { while (!(inb(0x3FD) & 0x20)); outb(0x3F8, (u8)c); }
static void ps(const char *s) { while (*s) pc(*s++); }
static void px(u64 v) { char b[17]; int i = 16; b[16] = 0; do { b[--i] = "0123456789abcdef"[v & 15]; v >>= 4; } while (v); ps(b + i); }
static void pd(s64 v) { char b[24]; int i = 23; u64 u = v < 0 ? (u64)-v : (u64)v; b[23] = 0; do { b[--i] = (char)('0' + u % 10); u /= 10; } while (u); if (v < 0) b[--i] = '-'; ps(b + i); }
static const char *const sn[] = {"SUCCESS","LOAD_ERROR","INVALID_PARAM","UNSUPPORTED","BAD_BUFFER_SIZE","BUFFER_TOO_SMALL","NOT_READY","DEVICE_ERROR","WRITE_PROTECTED","OUT_OF_RESOURCES","VOLUME_CORRUPTED","VOLUME_FULL","NO_MEDIA","MEDIA_CHANGED","NOT_FOUND","ACCESS_DENIED","NO_RESPONSE","NO_MAPPING","TIMEOUT","NOT_STARTED","ALREADY_STARTED","ABORTED","ICMP","TFTP","PROTOCOL","INCOMPATIBLE","SECURITY_VIOLATION","CRC_ERROR","END_OF_MEDIA","29","30","END_OF_FILE"};
static void pr(st s) { if (!s) ps("SUCCESS"); else if ((s >> 63) && (s & 0x7fffffffffffffff) < 32) ps(sn[s & 31]); else { ps("0x"); px(s); } }
/* %r status, %d, %x, %y yes/no, %s char string, %S wide string, %c */
static void vp(const char *f, __builtin_va_list a) {
  for (; *f; f++) {
    if (*f != '%') { pc(*f); continue; }
    switch (*++f) {
      case 'r': pr(__builtin_va_arg(a, u64)); break;
      case 'd': pd((s64)__builtin_va_arg(a, u64)); break;
      case 'x': px(__builtin_va_arg(a, u64)); break;
      case 'y': ps(__builtin_va_arg(a, u64) ? "yes" : "no"); break;
      case 's': { const char *s = __builtin_va_arg(a, const char *); ps(s ? s : "NULL"); break; }
      case 'S': { const u16 *w = __builtin_va_arg(a, const u16 *); if (!w) ps("NULL"); else while (*w) { pc(*w < 127 && *w > 31 ? (char)*w : '?'); w++; } break; }
      case 'c': pc((char)__builtin_va_arg(a, u64)); break;
    }
  }
}
static void Pf(const char *n, const char *f, ...) {
  __builtin_va_list a; ps("\r\nPROBE " FAMILY "."); ps(n); ps(": ");
  __builtin_va_start(a, f); vp(f, a); __builtin_va_end(a); ps("\r\n");
}
/* every argument becomes 64 bits wide */
#define W1(a) , (u64)(a)
#define W2(a,b) W1(a) W1(b)
#define W3(a,b,c) W2(a,b) W1(c)
#define W4(a,b,c,d) W3(a,b,c) W1(d)
#define W5(a,b,c,d,e) W4(a,b,c,d) W1(e)
#define W6(a,b,c,d,e,f) W5(a,b,c,d,e) W1(f)
#define W7(a,b,c,d,e,f,g) W6(a,b,c,d,e,f) W1(g)
#define W8(a,b,c,d,e,f,g,h) W7(a,b,c,d,e,f,g) W1(h)
#define W9(a,b,c,d,e,f,g,h,i) W8(a,b,c,d,e,f,g,h) W1(i)
#define W10(a,b,c,d,e,f,g,h,i,j) W9(a,b,c,d,e,f,g,h,i) W1(j)
#define W11(a,b,c,d,e,f,g,h,i,j,k) W10(a,b,c,d,e,f,g,h,i,j) W1(k)
#define W12(a,b,c,d,e,f,g,h,i,j,k,l) W11(a,b,c,d,e,f,g,h,i,j,k) W1(l)
#define W0()
#define NA_(_1,_2,_3,_4,_5,_6,_7,_8,_9,_10,_11,_12,n,...) n
#define NA(...) NA_(__VA_ARGS__,W12,W11,W10,W9,W8,W7,W6,W5,W4,W3,W2,W1)
#define P(n, f, ...) do { Pf(n, f NA(__VA_ARGS__)(__VA_ARGS__)); } while (0)
#define P0(n, f) Pf(n, f)
void *memset(void *d, int v, u64 n) { u8 *p = d; while (n--) *p++ = (u8)v; return d; }
void *memcpy(void *d, const void *s, u64 n) { u8 *p = d; const u8 *q = s; while (n--) *p++ = *q++; return d; }
static int same(const void *a, const void *b, u64 n) { const u8 *p = a, *q = b; while (n--) if (*p++ != *q++) return 0; return 1; }
static u64 wlen(const u16 *s) { u64 n = 0; while (s[n]) n++; return n; }
static char logb[256]; static u64 logn;
static void lg(char c) { if (logn < 255) logb[logn++] = c; logb[logn] = 0; }
static void lz(void) { logn = 0; logb[0] = 0; }
static u64 key(void) { u64 n = 0, k = 0, d; u32 v; B->GetMemoryMap(&n, NULL, &k, &d, &v); return k; }
static u8 mapb[65536];
static int typeAt(u64 a) { u64 n = sizeof mapb, k, d; u32 v; if (B->GetMemoryMap(&n, mapb, &k, &d, &v)) return -1;
  for (u64 i = 0; i < n; i += d) { MD *m = (MD *)(mapb + i); if (a >= m->phys && a < m->phys + m->pages * 4096) return (int)m->type; } return -2; }
static void probe(void);
st efi_main(H ih, ST *s) { IH = ih; S = s; B = s->bs; R = s->rt; ps("\r\n"); probe(); P0("done", ""); R->ResetSystem(2, 0, 0, NULL); return 0; }
#endif
