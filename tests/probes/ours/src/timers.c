#define FAMILY "timers"
#include "probe.h"
static u64 cnt[4]; static H e[4]; static int mode;
static void nf(void *ev, void *c) { cnt[(u64)c]++; lg((char)('a' + (u64)c)); if (mode == 1 && cnt[0] == 3) B->SetTimer(e[0], 0, 0); if (mode == 2) B->SetTimer(e[0], 2, 200000); if (mode == 3) B->Stall(25000); }
static void z(void) { for (int i = 0; i < 4; i++) cnt[i] = 0; lz(); }
#define NEAR(v, lo, hi) ((v) >= (lo) && (v) <= (hi))
static void probe(void) {
  st s; u64 i;
  B->CreateEvent(0x80000200, 8, nf, (void *)0, &e[0]); B->CreateEvent(0x80000200, 16, nf, (void *)1, &e[1]); B->CreateEvent(0x80000000, 0, 0, 0, &e[2]); B->CreateEvent(0x80000100, 8, nf, (void *)3, &e[3]);
  H pl, sg; B->CreateEvent(0, 0, 0, 0, &pl); B->CreateEvent(0x200, 8, nf, 0, &sg);
  P("bad", "%r %r %r %r %r", B->SetTimer(e[0], 3, 1), B->SetTimer(e[0], ~0ull, 1), B->SetTimer(pl, 2, 1), B->SetTimer(sg, 1, 1), B->SetTimer(0, 2, 1)); P("bad_cancel", "%r %r", B->SetTimer(pl, 0, 0), B->SetTimer(pl, 3, 0));
  P("cancel_idle", "%r", B->SetTimer(e[0], 0, 0));
  z(); B->SetTimer(e[0], 1, 200000); B->Stall(210000); B->SetTimer(e[0], 0, 0); P("periodic20ms_210ms", "%y", NEAR(cnt[0], 9, 11)); u64 c = cnt[0]; B->Stall(60000); P("after_cancel", "%d", cnt[0] - c);
  z(); B->SetTimer(e[0], 1, 0); B->Stall(205000); B->SetTimer(e[0], 0, 0); P("periodic0", "%y", NEAR(cnt[0], 17, 23));
  z(); B->SetTimer(e[0], 1, 10000); B->Stall(100000); B->SetTimer(e[0], 0, 0); P("periodic1ms", "%y", NEAR(cnt[0], 8, 12));
  z(); B->SetTimer(e[0], 2, 0); c = cnt[0]; B->Stall(30000); P("relative0", "at_once=%y after=%d", c, cnt[0]);
  z(); B->SetTimer(e[0], 2, 300000); B->Stall(10000); c = cnt[0]; B->Stall(50000); P("relative", "early=%d late=%d", c, cnt[0]); B->Stall(50000); P("relative_once", "%d", cnt[0]);
  z(); B->SetTimer(e[0], 2, 200000); B->SetTimer(e[0], 2, 800000); B->Stall(50000); c = cnt[0]; B->Stall(60000); P("rearm_later", "%d %d", c, cnt[0]);
  z(); B->SetTimer(e[0], 2, 8000000); B->SetTimer(e[0], 2, 100000); B->Stall(50000); P("rearm_sooner", "%d", cnt[0]);
  z(); B->SetTimer(e[0], 1, 200000); B->SetTimer(e[0], 2, 200000); B->Stall(100000); P("periodic_to_relative", "%d", cnt[0]);
  z(); B->SetTimer(e[0], 2, 300000); B->SetTimer(e[1], 2, 300000); B->Stall(60000); P("two_levels", "%s", logb);
  z(); B->SetTimer(e[1], 2, 300000); B->SetTimer(e[0], 2, 500000); u64 o = B->RaiseTPL(16); B->Stall(80000); c = logn; B->RestoreTPL(o); P("masked", "%d %s", c, logb);
  z(); B->SetTimer(e[0], 1, 100000); o = B->RaiseTPL(8); B->Stall(80000); c = cnt[0]; B->RestoreTPL(o); u64 c2 = cnt[0]; B->SetTimer(e[0], 0, 0); P("masked_periodic", "%d %y", c, c2 >= 1 && c2 <= 2);
  z(); B->SetTimer(e[0], 1, 200000); o = B->RaiseTPL(31); B->Stall(100000); c = cnt[0]; B->RestoreTPL(o); c2 = cnt[0]; B->SetTimer(e[0], 0, 0); P("high_periodic", "%d %y", c, c2 <= 2);
  z(); mode = 1; B->SetTimer(e[0], 1, 100000); B->Stall(100000); P("cancel_inside", "%d", cnt[0]);
  z(); mode = 2; B->SetTimer(e[0], 2, 200000); B->Stall(110000); mode = 0; P("rearm_inside", "%y", NEAR(cnt[0], 3, 5)); B->SetTimer(e[0], 0, 0);
  /* polled */
  P("poll_unset", "%r", B->CheckEvent(e[2])); B->SetTimer(e[2], 2, 100000); P("poll_early", "%r", B->CheckEvent(e[2])); B->Stall(40000); P("poll_late", "%r", B->CheckEvent(e[2])); P("poll_again", "%r", B->CheckEvent(e[2]));
  B->SetTimer(e[2], 1, 100000); B->Stall(80000); s = B->CheckEvent(e[2]); st s2 = B->CheckEvent(e[2]); B->Stall(25000); P("poll_periodic", "%r %r %r", s, s2, B->CheckEvent(e[2])); B->SetTimer(e[2], 0, 0); 
  B->SetTimer(e[2], 2, 100000); B->Stall(40000); B->SetTimer(e[2], 0, 0); P("cancel_keeps_signal", "%r", B->CheckEvent(e[2]));
  B->SetTimer(e[2], 2, 100000); B->Stall(40000); B->SetTimer(e[2], 2, 5000000); P("rearm_keeps_signal", "%r", B->CheckEvent(e[2])); B->SetTimer(e[2], 0, 0);
  H w[3]; w[0] = pl; w[1] = e[2]; B->SetTimer(e[2], 2, 300000); s = B->WaitForEvent(2, w, &i); P("wait_timer", "%r %d", s, i);
  B->SetTimer(e[2], 1, 200000); for (int k = 0; k < 3; k++) s = B->WaitForEvent(2, w, &i); P("wait_periodic", "%r %d", s, i); B->SetTimer(e[2], 0, 0);
  B->SetTimer(e[2], 2, 900000); H q; B->CreateEvent(0x80000000, 0, 0, 0, &q); w[0] = e[2]; w[1] = q; B->SetTimer(q, 2, 300000); s = B->WaitForEvent(2, w, &i); P("wait_two", "%r %d", s, i); s = B->WaitForEvent(2, w, &i); P("wait_two_next", "%r %d", s, i);
  z(); w[0] = e[3]; B->SetTimer(e[3], 2, 300000); s = B->WaitForEvent(1, w, &i); P("wait_timerwait", "%r %d polled=%y", s, i, cnt[3] > 0);
  z(); w[0] = e[2]; B->SetTimer(e[2], 2, 500000); B->SetTimer(e[0], 1, 100000); s = B->WaitForEvent(1, w, &i); B->SetTimer(e[0], 0, 0); P("wait_with_periodic", "%r %y", s, NEAR(cnt[0], 3, 6));
  w[0] = sg; P("wait_signal_event", "%r %d", B->WaitForEvent(1, w, &i), i);
  P("close_armed", "%r", (B->SetTimer(q, 1, 100000), B->CloseEvent(q))); B->Stall(50000);
  z(); B->SignalEvent(e[0]); P("signal_timer", "%d", cnt[0]); z(); B->SetTimer(e[0], 2, 200000); B->SignalEvent(e[0]); B->Stall(50000); P("signal_then_fire", "%d", cnt[0]);
  z(); B->SignalEvent(e[0]); P("signal_timer", "%d", cnt[0]); z(); B->SetTimer(e[0], 2, 200000); B->SignalEvent(e[0]); B->Stall(50000); P("signal_then_fire", "%d", cnt[0]);
  { u64 a, b; B->GetNextMonotonicCount(&a); B->Stall(0); B->GetNextMonotonicCount(&b); P("stall0", "%r %d", B->Stall(0), b - a); }
}
