#define FAMILY "child"
#include "efi.h"
#include "child.h"
static BS *B; static H IH; static Shared *X; static G gLoadedImage = {0x5B1B31A1,0x9562,0x11D2,{0x8E,0x3F,0,0xA0,0xC9,0x69,0x72,0x3B}};
static G gA = {0xA0000001,0x1111,0x2222,{1,2,3,4,5,6,7,8}};
static int data = 5; static int *relocated = &data; static u8 bss[5000];
static st Unload(H h) { X->unloads++; return X->unloadStatus; }
st efi_main(H ih, ST *s) {
  LoadedImage *li; B = s->bs; IH = ih; if (B->HandleProtocol(ih, &gLoadedImage, &li) || !li->opt || li->optSize != sizeof(Shared)) return 0x77;
  X = li->opt; X->runs++; X->handle = ih; X->entry = efi_main; u64 o = B->RaiseTPL(31); B->RestoreTPL(o); X->tpl = o; void *p;
  switch (X->mode) {
    case 0: return 0;
    case 1: { u16 *d; B->AllocatePool(4, 64, (void *)&d); for (int i = 0; i < 5; i++) d[i] = (u16)("data"[i]); B->Exit(ih, 0x8000000000000005, 10, d); return 0x99; }
    case 2: B->Exit(ih, 0x42, 0, 0); return 0x99;
    case 3: li->Unload = Unload; return 0;
    case 4: X->innerStatus = B->Exit(X->other, 0, 0, 0); return 0;
    case 5: B->RaiseTPL(16); return 0;
    case 6: B->RaiseTPL(8); B->Exit(ih, 0, 0, 0);
    case 7: X->innerStatus = B->Open(X->other, &gA, &p, ih, X->other, 0x10); return 0;
    case 8: X->innerStatus = B->Open(X->other, &gA, &p, ih, 0, 0x20); return E(7);
    case 9: X->innerStatus = B->UnloadImage(ih); return 0;
    case 10: return (st)data == 5 && relocated == &data && bss[4999] == 0 ? 0 : E(1);
    case 11: X->innerStatus = B->Install(&X->made, &gA, 0, &X->iface); return 0;
    case 12: return X->call();
    case 13: return E(9);
    case 14: li->Unload = Unload; return E(9);
    case 15: { u16 *d; B->AllocatePool(4, 64, (void *)&d); d[0] = 'q'; d[1] = 0; B->Exit(ih, 0, 4, d); }
    case 16: B->Exit(ih, 0, 10, 0);
    case 17: X->innerStatus = B->Exit(0, 0, 0, 0); return 0;
    case 18: X->innerStatus = B->CreateEvent(0x200, 8, (NotifyFn)Unload, 0, &X->made); return 0;
  }
  return 0;
}
